import { Button, FileButton, Popover, UnstyledButton } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { ToneBadge } from '@spira/shared/ui/ToneBadge.tsx'
import { IconAlertTriangle, IconCalendarExclamation, IconCube, IconLoader2, IconShieldX } from '@tabler/icons-react'
import { useState } from 'react'
import { FormattedDate, useIntl } from 'react-intl'
import { useBedside, useLive } from '../app/BedsideContext.tsx'
import { Facts } from '../app/Facts.tsx'
import { FailurePanel } from '../app/FailurePanel.tsx'
import { useAction } from '../app/useAction.ts'
import { useAppText } from '../app/useAppText.ts'
import { useStill } from '../app/useStill.ts'
import type { ModelState } from '../bedside/bedside.ts'
import styles from './ModelBadge.module.css'

/** Reading and compiling the model takes a moment after the start, on an old laptop several seconds. */
export const OPENING_MODEL_MS = 8000

/** Without word from the server for this long, a newer version may well be out. */
const OUTDATED_AFTER_MS = 30 * 86_400_000

const isOutdated = ({ lastCheckedAt }: ModelState): boolean =>
  lastCheckedAt !== null && Date.now() - Date.parse(lastCheckedAt) > OUTDATED_AFTER_MS

function lookOf(state: ModelState, missing: boolean) {
  const { active, update } = state
  if (active === null && !missing) return { tone: 'plain', icon: IconLoader2 } as const
  if (active === null) return { tone: 'warn', icon: IconAlertTriangle } as const
  if (update === 'refused') return { tone: 'warn', icon: IconShieldX } as const
  if (isOutdated(state)) return { tone: 'warn', icon: IconCalendarExclamation } as const
  return { tone: 'plain', icon: update === 'none' ? IconCube : IconLoader2 } as const
}

/** The model that scores, by its version, and what became of the newest one offered. */
export function ModelBadge() {
  const text = useAppText()
  const { formatDate } = useIntl()
  const { models } = useBedside()
  const state = useLive(models.state)
  const check = useAction(() => models.checkNow())
  const carry = useAction((file: File) => models.takeFile(file))
  const { active, update, refusal, lastCheckedAt } = state
  const [opened, setOpened] = useState(false)
  // From anywhere: a window that changes its size takes the focus out of the panel.
  useHotkeys(opened ? [['Escape', () => setOpened(false)]] : [])
  const outdated = isOutdated(state)
  const missing = useStill(active === null, OPENING_MODEL_MS)
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="top-end"
      width="min(26rem, calc(100vw - 2rem))"
      trapFocus
      returnFocus
      shadow="md"
      radius="lg"
      withRoles
    >
      <Popover.Target>
        <UnstyledButton className={styles.badge} onClick={() => setOpened((before) => !before)}>
          <ToneBadge {...lookOf(state, missing)}>
            <span data-testid="active-model-version" data-version={active?.manifest.version} data-update={update}>
              {active === null
                ? text(missing ? 'model.none' : 'model.opening')
                : text('model.active', { version: active.manifest.version })}
            </span>
            {outdated && update === 'none' && <span data-testid="model-outdated"> · {text('model.outdated')}</span>}
            {update !== 'none' && <span data-testid="model-update"> · {text(`model.update.${update}`)}</span>}
          </ToneBadge>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={text('model.title')}>
        <div className={styles.particulars}>
          {outdated && lastCheckedAt !== null && (
            <p>{text('model.outdatedSince', { date: formatDate(lastCheckedAt, { dateStyle: 'long' }) })}</p>
          )}
          {refusal !== null && <p data-testid="model-refusal">{text('model.refused', { reason: refusal })}</p>}
          {active === null ? (
            <p>{text('model.noneNext')}</p>
          ) : (
            <Facts
              facts={[
                [
                  text('score.model'),
                  `${active.manifest.network} · ${text('model.version', { version: active.manifest.version })}`,
                ],
                [text('model.source'), text(`model.source.${active.source}`)],
                [text('model.hash'), <code key="hash">{active.manifest.onnx.sha256.slice(0, 16)}</code>],
                [text('model.made'), <FormattedDate key="made" value={active.manifest.createdAt} dateStyle="medium" />],
                [
                  text('model.trainedOn'),
                  text('model.trainedOn.words', {
                    participants: active.manifest.trainedOn.participants,
                    recordings: active.manifest.trainedOn.recordings,
                    kind: active.manifest.trainedOn.simulated ? 'simulated' : 'real',
                  }),
                ],
                ...(lastCheckedAt === null
                  ? []
                  : [
                      [
                        text('model.lastChecked'),
                        <FormattedDate key="checked" value={lastCheckedAt} dateStyle="medium" timeStyle="short" />,
                      ] as const,
                    ]),
                [text('model.use'), text(`intendedUse.${active.manifest.intendedUse}`)],
              ]}
            />
          )}
          <FailurePanel error={check.error} />
          <Button variant="light" loading={check.busy} onClick={() => check.run()} data-testid="check-model">
            {text('model.check')}
          </Button>
          <FileButton accept=".tar" onChange={(file) => file !== null && carry.run(file)}>
            {(props) => (
              <Button
                {...props}
                variant="default"
                loading={carry.busy}
                title={text('model.fileHint')}
                data-testid="model-file"
              >
                {text('model.file')}
              </Button>
            )}
          </FileButton>
          <FailurePanel error={carry.error} />
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
