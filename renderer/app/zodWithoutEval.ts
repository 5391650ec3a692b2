import { z } from 'zod'

// The content security policy allows no eval; zod would try it and leave a report of the violation.
z.config({ jitless: true })
