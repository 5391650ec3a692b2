import { APP_ORIGIN } from './appProtocol.ts'

/** What `npm start` (or IT) passes on the command line. */
export interface Launch {
  /** Address of the training server this machine enrols with, or null. */
  readonly server: string | null
  /** One-time enrolment code, or null once the machine is enrolled. */
  readonly enrolmentCode: string | null
}

const CODE = /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/

/** Reads `--spira-server=URL` and `--spira-enrol=CODE`; what is malformed is left out: the app then asks. */
export function launchOf(argv: readonly string[]): Launch {
  const value = (name: string): string | null =>
    argv.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? null
  const server = value('--spira-server')
  const code = value('--spira-enrol')
  return {
    server: server !== null && URL.canParse(server) && /^https?:$/.test(new URL(server).protocol) ? server : null,
    enrolmentCode: code !== null && CODE.test(code) ? code : null,
  }
}

/** First address of the window, with the site's name that the policy gives: the app reads the enrolment from the fragment, which is never sent anywhere. */
export function startUrl({ server, enrolmentCode }: Launch, site: string | null): string {
  const fragment = new URLSearchParams()
  if (enrolmentCode !== null) fragment.set('enrol', enrolmentCode)
  if (server !== null) fragment.set('server', server)
  if (site !== null) fragment.set('site', site)
  const text = fragment.toString()
  return `${APP_ORIGIN}/bedside/${text === '' ? '' : `#${text}`}`
}
