import { Accordion, Button } from '@mantine/core'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { ERRORS } from '@spira/shared/protocol/errors.ts'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useText } from '../catalogue.ts'
import { Failure } from '../frame/Failure.tsx'
import { Loading } from '../frame/Loading.tsx'
import { Page } from '../frame/Page.tsx'
import { Section } from '../frame/Section.tsx'
import styles from './ApiPage.module.css'
import { type Operation, openApiSchema, operationsByCapability } from './openApi.ts'

const DOCUMENT = '/api/openapi.json'

/** What programs may ask of this server, from the document that the server makes of its own routes. */
export function ApiPage() {
  const text = useText()
  const document = useQuery({
    queryKey: ['openapi'],
    queryFn: async () => openApiSchema.parse(await (await fetch(DOCUMENT)).json()),
  })
  return (
    <Page
      title={text('page.api')}
      explanation={text('api.explanation')}
      actions={
        <Button
          component="a"
          href={DOCUMENT}
          download="spira-openapi.json"
          variant="default"
          leftSection={<IconDownload size={20} stroke={1.8} aria-hidden />}
        >
          OpenAPI
        </Button>
      }
    >
      <div className={styles.how}>
        <p>
          {text('api.token')} <Link to="/account">{text('page.account')}</Link>
        </p>
        <pre>{`curl -H "Authorization: Bearer $SPIRA_TOKEN" ${location.origin}${CONSOLE_API}/recordings?limit=50`}</pre>
        <p>{text('api.pages')}</p>
      </div>
      {document.isPending && <Loading lines={8} />}
      {document.error !== null && <Failure error={document.error} onRetry={() => void document.refetch()} />}
      {document.data !== undefined &&
        operationsByCapability(document.data, CONSOLE_API).map(([capability, operations]) => (
          <Section key={capability} title={capability} explanation="">
            <Accordion variant="separated" chevronPosition="right" className={styles.operations ?? ''}>
              {operations.map((operation) => (
                <OperationItem key={`${operation.method} ${operation.path}`} operation={operation} />
              ))}
            </Accordion>
          </Section>
        ))}
      <Section title={text('api.errors')} explanation={text('api.errorsExplanation')}>
        <div className={styles.errors}>
          <table>
            <thead>
              <tr>
                <th scope="col">{text('api.code')}</th>
                <th scope="col">HTTP</th>
                <th scope="col">{text('api.message')}</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(ERRORS).map(([code, { status, message }]) => (
                <tr key={code}>
                  <td>
                    <code>{code}</code>
                  </td>
                  <td>{status}</td>
                  <td lang="en">{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </Page>
  )
}

function OperationItem({ operation }: { operation: Operation }) {
  const text = useText()
  const { method, path, parameters, requestBody, responses, description } = operation
  return (
    <Accordion.Item value={`${method} ${path}`} data-testid="api-operation">
      <Accordion.Control>
        <span className={styles.method} data-method={method}>
          {method.toUpperCase()}
        </span>{' '}
        <code>{path}</code>
      </Accordion.Control>
      <Accordion.Panel>
        {description !== undefined && <p lang="en">{description}</p>}
        {parameters.length > 0 && (
          <>
            <h3>{text('api.parameters')}</h3>
            <ul className={styles.parameters}>
              {parameters.map(({ name, in: place, required }) => (
                <li key={name}>
                  <code>{name}</code> {place}
                  {required === true && ` · ${text('api.required')}`}
                </li>
              ))}
            </ul>
          </>
        )}
        {requestBody !== undefined && <Shape title={text('api.body')} value={requestBody} />}
        <Shape title={text('api.answer')} value={responses} />
      </Accordion.Panel>
    </Accordion.Item>
  )
}

const Shape = ({ title, value }: { title: string; value: unknown }) => (
  <>
    <h3>{title}</h3>
    {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: arrow keys must reach it (axe: scrollable-region-focusable) */}
    <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
  </>
)
