import type { FastifyInstance, InjectOptions } from 'fastify'
import { CONSOLE_API, type Role } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { ServerContext } from '../server/context.ts'
import { createAccount } from './accounts.ts'

export const OWN_PASSWORD = 'a long phrase of my own'

/** A signed-in person at the console, for the tests of its routes: real account, real session. */
export class TestConsole {
  readonly username: string
  readonly #app: FastifyInstance
  #cookie = ''

  private constructor(app: FastifyInstance, username: string) {
    this.#app = app
    this.username = username
  }

  static async signIn(
    app: FastifyInstance,
    context: ServerContext,
    role: Role = 'administrator',
  ): Promise<TestConsole> {
    const username = `${role}-${newId().slice(-6)}`
    const { oneTimePassword } = await createAccount(context, { username, role })
    const person = new TestConsole(app, username)
    await person.session(oneTimePassword)
    await person.request('POST', '/password', { payload: { current: oneTimePassword, next: OWN_PASSWORD } })
    return person
  }

  async session(password: string) {
    const reply = await this.request('POST', '/session', { payload: { username: this.username, password } })
    const [cookie] = reply.cookies
    if (cookie !== undefined) this.#cookie = `${cookie.name}=${cookie.value}`
    return reply
  }

  request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options: Omit<InjectOptions, 'method' | 'url'> = {},
  ) {
    const headers = { 'x-spira-console': '1', cookie: this.#cookie, ...options.headers }
    return this.#app.inject({ ...options, method, url: CONSOLE_API + path, headers })
  }

  get = (path: string) => this.request('GET', path)
  post = (path: string, payload: object = {}) => this.request('POST', path, { payload })
}
