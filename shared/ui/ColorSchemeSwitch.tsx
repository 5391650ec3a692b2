import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { IconMoon, IconSun } from '@tabler/icons-react'
import { useText } from './useText.ts'

/** Light or dark: a night ward is dark. */
export function ColorSchemeSwitch() {
  const text = useText()
  const { setColorScheme } = useMantineColorScheme()
  const next = useComputedColorScheme('light') === 'light' ? 'dark' : 'light'
  const label = next === 'dark' ? text('scheme.toDark') : text('scheme.toLight')
  return (
    <ActionIcon aria-label={label} title={label} data-testid="color-scheme" onClick={() => setColorScheme(next)}>
      {next === 'dark' ? <IconMoon size="1.375rem" stroke={1.8} /> : <IconSun size="1.375rem" stroke={1.8} />}
    </ActionIcon>
  )
}
