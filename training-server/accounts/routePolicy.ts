import type { TokenScope } from '@spira/shared/protocol/accountsApi.ts'
import type { Role } from '@spira/shared/protocol/consoleApi.ts'

/**
 * Who may call what: every route of the console, in one place; routePolicy.test.ts walks the server's routes and holds
 * this table complete. `open`: without a session. `own`: any signed-in account, also before it chose its own password.
 */
export type RoutePolicy = 'open' | 'own' | readonly Role[]

const everyone: readonly Role[] = ['administrator', 'researcher', 'annotator', 'clinician-lead', 'auditor']
const listeners: readonly Role[] = ['administrator', 'researcher', 'annotator', 'clinician-lead']
const overseers: readonly Role[] = ['administrator', 'researcher', 'clinician-lead', 'auditor']

export const ROUTE_POLICY: Readonly<Record<string, RoutePolicy>> = {
  'POST /session': 'open',
  'GET /session': 'own',
  'DELETE /session': 'own',
  'POST /password': 'own',
  'GET /sign-in-methods': 'open',
  'POST /invitations/open': 'open',
  'POST /invitations/accept': 'open',
  'GET /oidc/start': 'open',
  'GET /oidc/callback': 'open',

  'GET /second-factor': everyone,
  'POST /second-factor': everyone,
  'POST /second-factor/confirm': everyone,
  'POST /second-factor/remove': everyone,
  'GET /api-tokens': everyone,
  'POST /api-tokens': everyone,
  'DELETE /api-tokens/:id': everyone,

  'GET /accounts': ['administrator', 'auditor'],
  'POST /accounts': ['administrator'],
  'POST /accounts/:id/invitation': ['administrator'],
  'POST /accounts/:id/role': ['administrator'],
  'POST /accounts/:id/disable': ['administrator'],
  'POST /accounts/:id/enable': ['administrator'],
  'POST /accounts/:id/second-factor/remove': ['administrator'],

  'GET /clinical-protocols': everyone,
  'GET /clinical-protocols/:version': everyone,
  'POST /clinical-protocols': ['administrator'],

  'GET /overview': everyone,
  'GET /recordings': listeners,
  'GET /recordings/places': listeners,
  'GET /recordings/facets': listeners,
  'GET /recordings/:id': listeners,
  'GET /recordings/:id/audio': listeners,
  'GET /recordings/:id/curations': listeners,
  'POST /recordings/:id/curations': listeners,
  'GET /curation/next': listeners,
  'GET /curation/agreement': everyone,
  'GET /saved-filters': listeners,
  'POST /saved-filters': listeners,
  'DELETE /saved-filters/:id': listeners,

  'GET /sites': everyone,
  'POST /sites': ['administrator'],
  'POST /sites/:id/name': ['administrator'],
  'GET /backup': ['administrator', 'auditor'],
  'POST /backup': ['administrator'],
  'GET /label-conflicts': overseers,
  'GET /storage': overseers,
  'GET /withdrawals': overseers,
  'POST /withdrawals': ['administrator', 'clinician-lead'],
  'GET /model-withdrawals': overseers,
  'POST /model-withdrawals/:id/decision': ['administrator', 'clinician-lead'],
  'GET /retention-rules': overseers,
  'POST /retention-rules': ['administrator'],

  'GET /imports': ['administrator', 'researcher', 'auditor'],
  'POST /imports': ['administrator', 'researcher'],
  'GET /imports/:id': ['administrator', 'researcher'],
  'DELETE /imports/:id': ['administrator', 'researcher'],
  'POST /imports/:id/files': ['administrator', 'researcher'],
  'POST /imports/:id/check': ['administrator', 'researcher'],
  'POST /imports/:id/file': ['administrator', 'researcher'],
  'POST /imports/:id/undo': ['administrator', 'researcher'],

  'GET /dataset-versions': overseers,
  'GET /dataset-versions/:id/withdrawn': overseers,
  'GET /dataset-versions/:id/diff/:other': overseers,
  'GET /dataset-versions/:id/datasheet': overseers,
  'POST /cohorts/preview': overseers,
  'POST /dataset-versions': ['administrator', 'researcher'],

  'POST /exports/dry-run': ['administrator', 'researcher'],
  'POST /exports': ['administrator', 'researcher'],
  'GET /exports': ['administrator', 'researcher', 'auditor'],
  'GET /exports/:id': ['administrator', 'researcher', 'auditor'],
  'POST /exports/:id/cancel': ['administrator', 'researcher'],
  'GET /exports/:id/file': ['administrator', 'researcher'],
  'GET /exports/:id/checksum': ['administrator', 'researcher', 'auditor'],
  'GET /exports/:id/croissant': ['administrator', 'researcher', 'auditor'],

  'GET /training-runs': overseers,
  'POST /training-runs': ['administrator', 'researcher'],
  'GET /training-runs/:id': overseers,
  'GET /training-runs/:id/artefacts/:kind': overseers,
  'GET /training-runs/:id/configuration': overseers,
  'GET /training-runs/:id/stages': overseers,
  'GET /dead-letters': overseers,
  'POST /training-runs/:id/retry': ['administrator', 'researcher'],
  'POST /training-runs/:id/cancel': ['administrator', 'researcher'],

  'POST /training-runs/dry-run': ['administrator', 'researcher'],
  'GET /run-triggers': overseers,
  'POST /run-triggers': ['administrator', 'researcher'],
  'PUT /run-triggers/:id': ['administrator', 'researcher'],
  'DELETE /run-triggers/:id': ['administrator', 'researcher'],

  'GET /monitoring': overseers,
  'GET /alerts': overseers,
  'POST /alerts/:id/close': ['administrator', 'clinician-lead'],

  'GET /model-versions/:modelId/lineage': overseers,
  'GET /recordings/:id/lineage': overseers,
  'GET /model-versions': overseers,
  'POST /model-versions/:modelId/judge': ['administrator', 'researcher', 'clinician-lead'],
  'POST /model-versions/:modelId/approve': ['administrator', 'clinician-lead'],

  'GET /rollouts': overseers,
  'POST /rollouts/:id/pause': ['administrator', 'clinician-lead'],
  'POST /rollouts/:id/resume': ['administrator', 'clinician-lead'],
  'POST /rollouts/:id/withdraw': ['administrator', 'clinician-lead'],
  'POST /rollouts/:id/advance': ['administrator', 'clinician-lead'],
  'POST /rollouts/:id/promote': ['administrator', 'clinician-lead'],
  'GET /channels': overseers,
  'POST /channels': ['administrator'],
  'GET /release-keys': ['administrator', 'clinician-lead', 'auditor'],
  'GET /signing-requests/:id': ['administrator', 'clinician-lead'],
  'POST /signed-files': ['administrator', 'clinician-lead'],

  'GET /devices': ['administrator', 'clinician-lead', 'auditor'],
  'POST /devices/:id/revoke': ['administrator'],
  'GET /device-policy': ['administrator', 'clinician-lead', 'auditor'],
  'POST /device-policy': ['administrator'],
  'POST /enrolment-codes': ['administrator'],
  'POST /carried-files': ['administrator', 'clinician-lead'],
  'GET /audit': ['administrator', 'auditor'],
  'GET /audit/chain': ['administrator', 'auditor'],
  'GET /audit/export': ['administrator', 'auditor'],
}

/** What a program's token may call, by the scope it needs; every other route is closed to tokens. */
export const TOKEN_SCOPE: Readonly<Record<string, TokenScope>> = {
  'GET /overview': 'read',
  'GET /recordings': 'read',
  'GET /recordings/places': 'read',
  'GET /recordings/facets': 'read',
  'GET /recordings/:id': 'read',
  'GET /dataset-versions': 'read',
  'GET /training-runs': 'read',
  'GET /training-runs/:id': 'read',
  'GET /training-runs/:id/artefacts/:kind': 'read',
  'GET /model-versions': 'read',
  'GET /recordings/:id/audio': 'export',
  'GET /exports': 'read',
  'GET /exports/:id': 'read',
  'POST /exports/dry-run': 'export',
  'POST /exports': 'export',
  'POST /exports/:id/cancel': 'export',
  'GET /exports/:id/file': 'export',
  'GET /exports/:id/checksum': 'export',
  'GET /exports/:id/croissant': 'export',
}
