import { FormattedDate, FormattedTime } from 'react-intl'

/** An instant on two lines, for columns that must stay narrow in every language. */
export const DayAndTime = ({ instant }: { instant: string }) => (
  <>
    <FormattedDate value={instant} day="2-digit" month="short" year="numeric" />
    <span className="second">
      <FormattedTime value={instant} />
    </span>
  </>
)
