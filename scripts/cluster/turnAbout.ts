import type { Answering } from '../../training-server/ingest/testDevice.ts'

/** Several servers behind one address, as a balancer that knows no sessions has them: each request goes to the next. */
export class TurnAbout implements Answering {
  readonly #urls: readonly string[]
  /** Requests that each has answered. */
  readonly answered: number[]
  #next = 0

  constructor(urls: readonly string[]) {
    this.#urls = urls
    this.answered = urls.map(() => 0)
  }

  async inject({ method, url, headers = {}, payload }: Parameters<Answering['inject']>[0]) {
    const at = this.#next % this.#urls.length
    this.#next += 1
    const isBytes = Buffer.isBuffer(payload)
    const response = await fetch(`${this.#urls[at] ?? ''}${url}`, {
      method,
      headers: { ...headers, ...(payload === undefined || isBytes ? {} : { 'content-type': 'application/json' }) },
      ...(payload === undefined ? {} : { body: isBytes ? new Uint8Array(payload) : JSON.stringify(payload) }),
    })
    const body = await response.text()
    this.answered[at] = (this.answered[at] ?? 0) + 1
    const location = response.headers.get('location')
    return {
      statusCode: response.status,
      body,
      // Absolute, with the server that made it: the next request may go to another.
      headers: location === null ? {} : { location: new URL(location, this.#urls[at]).pathname },
      json: () => JSON.parse(body),
    }
  }
}
