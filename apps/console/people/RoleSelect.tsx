import { Select } from '@mantine/core'
import { type Role, roleSchema } from '@spira/shared/protocol/consoleApi.ts'
import { useText } from '../catalogue.ts'

/** The roles, each with what it may do. */
export function RoleSelect({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const text = useText()
  return (
    <Select
      label={text('person.role')}
      description={text(`roleMeans.${value}`)}
      data={roleSchema.options.map((role) => ({ value: role, label: text(`role.${role}`) }))}
      value={value}
      onChange={(role) => onChange(roleSchema.parse(role))}
      allowDeselect={false}
      data-testid="person-role"
    />
  )
}
