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
/** How many of 100 patients have the condition, as the ward's clinicians reckon; empty: as is said for the site. */
export const rememberedPrevalence = remembered('spira-site-prevalence')
/** The same, as the administrator says for the site. */
export const prevalenceOfSite = remembered('spira-prevalence-of-site')
export const rememberedIdentifierRule = remembered('spira-identifier-rule')
