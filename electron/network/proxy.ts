import type { ProxyConfig } from 'electron'
import type { ShellSettings } from '../settings.ts'

/** The policy's proxy in Electron's words. */
export function proxyConfigOf(proxy: ShellSettings['proxy']): ProxyConfig {
  switch (proxy.mode) {
    case 'system':
    case 'direct':
      return { mode: proxy.mode }
    case 'fixed':
      return { mode: 'fixed_servers', proxyRules: proxy.server, proxyBypassRules: proxy.bypass.join(',') }
    case 'pac':
      return { mode: 'pac_script', pacScript: proxy.url }
  }
}
