/** What this device remembers for the next encounter: never anything of a patient. */
function remembered(key: string): { get: () => string; set: (value: string) => void } {
  return {
    get: () => localStorage.getItem(key) ?? '',
    set: (value) => localStorage.setItem(key, value),
  }
}

export const rememberedOperator = remembered('spira-operator')
export const rememberedMicrophone = remembered('spira-microphone')
/** How many of 100 patients of this ward have the condition, as its clinicians reckon. */
export const rememberedPrevalence = remembered('spira-site-prevalence')
export const rememberedIdentifierRule = remembered('spira-identifier-rule')
