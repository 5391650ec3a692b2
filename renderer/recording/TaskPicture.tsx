import type { Task } from '@spira/shared/protocol/records.ts'
import type { ReactNode } from 'react'
import styles from './TaskPicture.module.css'

/** A face in profile, looking right; the mouth is drawn by each picture. */
const PROFILE = 'M46 112V96c-16-4-28-18-28-36 0-22 17-40 40-40 20 0 33 13 34 32l8 14c1 2 0 4-3 4h-4'
const JAW = 'M93 82c0 10-4 14-12 14h-9v16'

const PICTURES: Readonly<Record<Task, ReactNode>> = {
  // A bed, a monitor, and nobody who speaks.
  'ambient-noise': (
    <>
      <path d="M20 104V58M20 92h76V80c0-6-4-10-10-10H44v22M96 92v12" />
      <circle cx="32" cy="76" r="7" />
      <path d="M92 22h48v34H92zM116 56v14" />
      <path d="M98 40h8l5-10 8 18 5-8h10" data-accent />
      <path d="M54 30c-5 4-5 14 0 18M46 24c-9 7-9 23 0 30" data-soft />
    </>
  ),
  // An open mouth and one long, even sound.
  'sustained-vowel': (
    <>
      <path d={PROFILE} />
      <path d={JAW} />
      <path d="M93 70c-8 0-12 3-12 6s4 6 12 6" />
      <path d="M104 76h48" data-accent />
      <path d="M106 66c14-4 30-4 44 0M106 86c14 4 30 4 44 0" data-soft />
    </>
  ),
  // A face and the page it reads from.
  'read-sentence': (
    <>
      <path d={PROFILE} />
      <path d="M93 70h-8M93 70c1 10-2 26-12 26h-9v16" />
      <path d="M112 34c10-5 20-5 28 0v62c-8-5-18-5-28 0z" />
      <path d="M118 48c6-2 10-2 16 0M118 60c6-2 10-2 16 0M118 72c6-2 10-2 16 0" data-accent />
    </>
  ),
  // A face and a melody that is said.
  'nursery-rhyme': (
    <>
      <path d={PROFILE} />
      <path d={JAW} />
      <path d="M93 71c-6 0-9 3-9 5.500s3 5.500 9 5.500" />
      <path d="M112 62V34l24-6v28" data-accent />
      <circle cx="106" cy="63" r="6" data-accent />
      <circle cx="130" cy="57" r="6" data-accent />
      <path d="M106 90c10 4 24 4 36 0" data-soft />
    </>
  ),
  // A face and what it agrees to.
  'spoken-consent': (
    <>
      <path d={PROFILE} />
      <path d="M93 70h-8M93 70c1 10-2 26-12 26h-9v16" />
      <path d="M108 26h40v40h-18l-12 12V66h-10z" />
      <path d="M118 46l8 8 14-15" data-accent />
    </>
  ),
  // A face and a long tale.
  'free-speech': (
    <>
      <path d={PROFILE} />
      <path d={JAW} />
      <path d="M93 71c-6 0-9 3-9 5.500s3 5.500 9 5.500" />
      <path d="M106 18h44v30h-20l-10 10V48h-14z" />
      <path d="M114 28h28M114 38h18" data-accent />
      <path d="M108 74h32M108 86h40M108 98h24" data-soft />
    </>
  ),
}

/** What the patient does, for who does not read. Beside it stand the words: screen readers take those. */
export function TaskPicture({ task }: { task: Task }) {
  return (
    <svg className={styles.picture} viewBox="0 0 160 124" aria-hidden data-testid="task-picture" data-task={task}>
      {PICTURES[task]}
    </svg>
  )
}
