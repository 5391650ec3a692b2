import { ActionIcon, AppShell, Burger, NavLink } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { Role } from '@spira/shared/protocol/consoleApi.ts'
import { ColorSchemeSwitch } from '@spira/shared/ui/ColorSchemeSwitch.tsx'
import { LanguageSwitch } from '@spira/shared/ui/LanguageSwitch.tsx'
import {
  IconApi,
  IconBrain,
  IconClipboardList,
  IconDatabase,
  IconDeviceTablet,
  IconEar,
  IconFileImport,
  IconFilterCheck,
  IconLogout,
  IconHeartRateMonitor,
  IconRocket,
  IconRosetteDiscountCheck,
  IconServer2,
  IconShieldCheck,
  IconUserOff,
  IconUsers,
  IconWaveSine,
  type Icon,
} from '@tabler/icons-react'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useSession, useSignOut } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { Brand } from './Brand.tsx'
import styles from './Frame.module.css'

type Place =
  | 'recordings'
  | 'curation'
  | 'imports'
  | 'cohort'
  | 'datasets'
  | 'training'
  | 'models'
  | 'rollouts'
  | 'monitoring'
  | 'devices'
  | 'withdrawals'
  | 'protocol'
  | 'people'
  | 'server'
  | 'audit'
  | 'api'

/** The pages and who may read them; the server holds the same table and decides. */
const PLACES: readonly { readonly place: Place; readonly icon: Icon; readonly roles: readonly Role[] }[] = [
  { place: 'recordings', icon: IconWaveSine, roles: ['administrator', 'researcher', 'annotator', 'clinician-lead'] },
  { place: 'curation', icon: IconEar, roles: ['administrator', 'researcher', 'annotator', 'clinician-lead'] },
  { place: 'imports', icon: IconFileImport, roles: ['administrator', 'researcher', 'auditor'] },
  { place: 'cohort', icon: IconFilterCheck, roles: ['administrator', 'researcher', 'clinician-lead', 'auditor'] },
  { place: 'datasets', icon: IconDatabase, roles: ['administrator', 'researcher', 'clinician-lead', 'auditor'] },
  { place: 'training', icon: IconBrain, roles: ['administrator', 'researcher', 'clinician-lead', 'auditor'] },
  {
    place: 'models',
    icon: IconRosetteDiscountCheck,
    roles: ['administrator', 'researcher', 'clinician-lead', 'auditor'],
  },
  { place: 'rollouts', icon: IconRocket, roles: ['administrator', 'researcher', 'clinician-lead', 'auditor'] },
  {
    place: 'monitoring',
    icon: IconHeartRateMonitor,
    roles: ['administrator', 'researcher', 'clinician-lead', 'auditor'],
  },
  { place: 'devices', icon: IconDeviceTablet, roles: ['administrator', 'clinician-lead', 'auditor'] },
  {
    place: 'withdrawals',
    icon: IconUserOff,
    roles: ['administrator', 'researcher', 'clinician-lead', 'auditor'],
  },
  {
    place: 'protocol',
    icon: IconClipboardList,
    roles: ['administrator', 'researcher', 'annotator', 'clinician-lead', 'auditor'],
  },
  { place: 'people', icon: IconUsers, roles: ['administrator', 'auditor'] },
  { place: 'server', icon: IconServer2, roles: ['administrator', 'auditor'] },
  { place: 'audit', icon: IconShieldCheck, roles: ['administrator', 'auditor'] },
  {
    place: 'api',
    icon: IconApi,
    roles: ['administrator', 'researcher', 'annotator', 'clinician-lead', 'auditor'],
  },
]

/** Navigation on the left, the page beside it; below a tablet's width the navigation opens from the top bar. */
export function Frame() {
  const text = useText()
  const { data: account } = useSession()
  const signOut = useSignOut()
  const { pathname } = useLocation()
  const [opened, navigation] = useDisclosure(false)
  if (account === null || account === undefined) return null
  return (
    <AppShell
      header={{ height: { base: 64, md: 0 } }}
      navbar={{ width: 248, breakpoint: 'md', collapsed: { mobile: !opened } }}
      layout="alt"
      padding={0}
      classNames={{ header: styles.header, navbar: styles.navbar, main: styles.main }}
    >
      {/* Dialogs bring a header of their own: as a second banner landmark beside this one neither could be told apart. */}
      <AppShell.Header hiddenFrom="md" role="none">
        <section className={styles.bar} aria-label="Spira Edge">
          <Brand />
          <Burger opened={opened} onClick={navigation.toggle} aria-label={text('frame.menu')} size="sm" />
        </section>
      </AppShell.Header>
      <AppShell.Navbar>
        <div className={styles.brandRow}>
          <Brand />
          <Burger
            hiddenFrom="md"
            opened={opened}
            onClick={navigation.toggle}
            aria-label={text('frame.menu')}
            size="sm"
          />
        </div>
        <nav className={styles.places} aria-label={text('frame.pages')}>
          {PLACES.filter(({ roles }) => roles.includes(account.role)).map(({ place, icon: PlaceIcon }) => (
            <NavLink
              key={place}
              component={Link}
              to={`/${place}`}
              label={text(`page.${place}`)}
              leftSection={<PlaceIcon size={20} stroke={1.7} aria-hidden />}
              ref={pathname.startsWith(`/${place}`) ? showInList : undefined}
              active={pathname.startsWith(`/${place}`)}
              aria-current={pathname.startsWith(`/${place}`) ? 'page' : undefined}
              onClick={navigation.close}
              data-testid={`nav-${place}`}
            />
          ))}
        </nav>
        <div className={styles.foot}>
          <div className={styles.choices}>
            <LanguageSwitch />
            <ColorSchemeSwitch />
          </div>
          <div className={styles.account}>
            <Link to="/account" onClick={navigation.close} title={text('page.account')} data-testid="nav-account">
              <strong>{account.username}</strong>
              <span>{text(`role.${account.role}`)}</span>
            </Link>
            <ActionIcon
              aria-label={text('frame.signOut')}
              title={text('frame.signOut')}
              onClick={() => signOut.mutate()}
              data-testid="sign-out"
            >
              <IconLogout size={20} stroke={1.8} aria-hidden />
            </ActionIcon>
          </div>
        </div>
      </AppShell.Navbar>
      <AppShell.Main>
        <div className={styles.page}>
          <Outlet />
        </div>
      </AppShell.Main>
    </AppShell>
  )
}

/** On a low screen the list of pages scrolls: where one is must be seen. */
const showInList = (link: HTMLAnchorElement | null): void => link?.scrollIntoView({ block: 'nearest' })
