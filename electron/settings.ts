import { isAbsolute } from 'node:path'
import { z } from 'zod'

const host = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i

/** `host:port` of a proxy, with or without its scheme. */
const proxyServer = z.string().regex(/^((https?|socks[45]?):\/\/)?[a-z0-9.-]+:\d{1,5}$/i, {
  error: 'A proxy is written host:port, for example proxy.hospital.example:3128.',
})

/** A host, every host below a domain (`*.hospital.example`), or a network of addresses (`10.20.0.0/16`, `fd00::/8`). */
const allowedNetwork = z.union([
  z.string().regex(/^\*\.[a-z0-9.-]+$/i),
  z.cidrv4(),
  z.cidrv6(),
  z.ipv4(),
  z.ipv6(),
  z.string().regex(host),
])

const serverUrl = z.url({ protocol: /^https?$/, abort: true }).refine(
  (text) => {
    const { protocol, hostname } = new URL(text)
    return protocol === 'https:' || /^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname)
  },
  { error: 'The training server is reached by https; plain http is for this very machine only.' },
)

/** How the app reaches the network. `system` is what the operating system says. */
const proxySchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('system') }),
  z.strictObject({ mode: z.literal('direct') }),
  z.strictObject({
    mode: z.literal('fixed'),
    server: proxyServer,
    /** Hosts that are reached past the proxy, in Chromium's bypass notation. */
    bypass: z.array(z.string().regex(/^[^\s,;]+$/)).default([]),
  }),
  z.strictObject({ mode: z.literal('pac'), url: z.url({ protocol: /^https?$/ }) }),
])

/** What IT decides about this installation, as the policy file gives it. Every field may be left out. */
export const shellSettingsSchema = z
  .strictObject({
    /** Address of the training server; null leaves it to the person who enrols the device. */
    serverUrl: serverUrl.nullable().default(null),
    /** Name of the site, as a default of the device's name; never used to decide anything. */
    site: z.string().trim().min(1).max(120).nullable().default(null),
    /** Where app updates come from; `none` when IT installs them itself. */
    updateChannel: z.enum(['stable', 'beta', 'none']).default('stable'),
    proxy: proxySchema.default({ mode: 'system' }),
    /** Absolute path of a PEM file with the CA certificates the training server's certificate may lead to. */
    caFile: z.string().refine(isAbsolute, { error: 'caFile is an absolute path.' }).nullable().default(null),
    /** Besides the training server, what the app may reach. Empty together with no serverUrl: anything the page's policy allows. */
    allowedNetworks: z.array(allowedNetwork).max(200).default([]),
    /** Full screen, without frame or menu; keys of the system are for the system's own kiosk mode to forbid. */
    kiosk: z.boolean().default(false),
  })
  .refine(({ caFile, serverUrl: server }) => caFile === null || server !== null, {
    path: ['caFile'],
    error: 'A CA file is trusted for the training server alone: set serverUrl too.',
  })

export type ShellSettings = z.infer<typeof shellSettingsSchema>

/** Without a policy file. */
export const defaultSettings: ShellSettings = shellSettingsSchema.parse({})
