import { describe, expect, it } from 'vitest'
import { violationsIn } from './lint-layers.ts'

describe('the layer table', () => {
  it('lets the bedside app import shared and its own files', () => {
    const source = `import { newId } from '@spira/shared/protocol/ids.ts'\nimport { openStore } from '../store/store.ts'\n`
    expect(violationsIn('renderer/encounter/drafts.ts', source)).toEqual([])
  })

  it.each([
    ['renderer/app/main.tsx', `import { buildServer } from '@spira/training-server/server/app.ts'`],
    ['renderer/app/main.tsx', `import { readFile } from 'node:fs/promises'`],
    ['training-server/server/app.ts', `import { openStore } from '../../renderer/store/store.ts'`],
    ['shared/signal/fft.ts', `import { readFileSync } from 'node:fs'`],
    ['shared/signal/fft.ts', `import type { Theme } from '../ui/theme.ts'`],
    ['shared/protocol/ids.ts', `import { useState } from 'react'`],
    ['electron/main.ts', `import { createBedside } from '@spira/renderer/bedside/createBedside.ts'`],
    ['apps/console/main.tsx', `const x = await import('node:fs')`],
  ])('refuses in %s: %s', (file, source) => {
    expect(violationsIn(file, source)).toHaveLength(1)
  })

  it('lets the shell import types of the bridge only', () => {
    expect(violationsIn('electron/preload.ts', `import type { Bridge } from '@spira/renderer/bridge.ts'`)).toEqual([])
  })
})
