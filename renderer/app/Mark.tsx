/** The product's mark: a breath as a waveform. */
export function Mark() {
  return (
    <svg viewBox="0 0 512 512" width="2rem" height="2rem" aria-hidden>
      <rect width="512" height="512" rx="112" fill="#0d707b" />
      <path
        d="M104 256h34M190 196v120M256 136v240M322 176v160M374 256h34"
        stroke="#fff"
        strokeLinecap="round"
        strokeWidth="34"
      />
    </svg>
  )
}
