import { Button, Checkbox, CopyButton, NumberInput, TextInput } from '@mantine/core'
import { type TokenScope, tokenScopeSchema } from '@spira/shared/protocol/accountsApi.ts'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { useWhen } from '../frame/useFormats.ts'
import styles from './AccountPage.module.css'
import { useApiTokens, useCreateToken, useRevokeToken } from './apiTokens.ts'

/** Tokens with which a program (a notebook, a script) acts as this account, within its scopes and until it expires. */
export function ApiTokens() {
  const text = useText()
  const when = useWhen()
  const tokens = useApiTokens()
  const create = useCreateToken()
  const revoke = useRevokeToken()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly TokenScope[]>(['read'])
  const [days, setDays] = useState<number | string>(90)
  return (
    <div className={styles.block}>
      <p>{text('tokens.explanation')}</p>
      {tokens.data !== undefined && tokens.data.length > 0 && (
        <ul className={styles.tokens}>
          {tokens.data.map((token) => (
            <li key={token.id} data-testid="api-token">
              <div>
                <strong>{token.name}</strong>
                <span>
                  {token.scopes.map((scope) => text(`scope.${scope}`)).join(', ')} ·{' '}
                  {text('tokens.until', { when: when(token.expiresAt) })} ·{' '}
                  {token.lastUsedAt === null
                    ? text('tokens.unused')
                    : text('tokens.lastUsed', { when: when(token.lastUsedAt) })}
                </span>
              </div>
              <Button
                variant="subtle"
                onClick={() => revoke.mutate(token.id)}
                aria-label={text('tokens.revokeOne', { name: token.name })}
              >
                {text('tokens.revoke')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {create.data !== undefined && (
        <div className={styles.fresh}>
          <p>{text('tokens.shownOnce')}</p>
          <output data-testid="new-token">{create.data.token}</output>
          <CopyButton value={create.data.token}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                onClick={copy}
                leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
              >
                {text(copied ? 'code.copied' : 'code.copy')}
              </Button>
            )}
          </CopyButton>
        </div>
      )}
      <form
        className={styles.newToken}
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate(
            { name: name.trim(), scopes: [...scopes], days: Number(days) },
            { onSuccess: () => setName('') },
          )
        }}
      >
        <TextInput
          label={text('tokens.name')}
          description={text('tokens.nameHint')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={80}
          data-testid="token-name"
        />
        <NumberInput
          label={text('tokens.days')}
          value={days}
          onChange={setDays}
          min={1}
          max={366}
          allowDecimal={false}
        />
        <Checkbox.Group
          label={text('tokens.scopes')}
          value={[...scopes]}
          onChange={(chosen) => setScopes(chosen.map((scope) => tokenScopeSchema.parse(scope)))}
        >
          <div className={styles.scopes}>
            {tokenScopeSchema.options.map((scope) => (
              <Checkbox key={scope} value={scope} label={text(`scope.${scope}`)} />
            ))}
          </div>
        </Checkbox.Group>
        {create.error !== null && <Failure error={create.error} />}
        <Button
          type="submit"
          variant="default"
          loading={create.isPending}
          disabled={name.trim() === '' || scopes.length === 0 || days === ''}
          data-testid="token-create"
        >
          {text('tokens.create')}
        </Button>
      </form>
    </div>
  )
}
