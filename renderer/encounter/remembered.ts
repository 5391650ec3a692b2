/** What this device remembers for the next encounter, readable by whoever has the disk: never anything of a person. */
function remembered(key: string): { get: () => string; set: (value: string) => void } {
  return {
    get: () => localStorage.getItem(key) ?? '',
    set: (value) => localStorage.setItem(key, value),
  }
}

export const rememberedMicrophone = remembered('spira-microphone')
/** Its name, to tell which one is not connected. */
export const rememberedMicrophoneLabel = remembered('spira-microphone-label')
/** How many of 100 patients have the condition, as the administrator said for the site or the ward's clinicians since. */
export const rememberedPrevalence = remembered('spira-site-prevalence')
export const rememberedIdentifierRule = remembered('spira-identifier-rule')
