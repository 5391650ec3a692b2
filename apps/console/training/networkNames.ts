/** By the names that the server's experiments know them by. */
export const NETWORKS: readonly [string, ...string[]] = ['compact', 'spira-conv-v2']
