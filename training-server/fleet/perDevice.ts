import type { FastifyRequest } from 'fastify'

/** So many requests a minute of one device, not of one address: a whole ward may stand behind one. For routes behind requireDevice. */
export const perDevice = (max: number) => ({
  max,
  timeWindow: '1 minute',
  keyGenerator: ({ device, ip }: FastifyRequest) => device?.id ?? ip,
})
