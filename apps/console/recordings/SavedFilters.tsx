import { Button, Menu, TextInput } from '@mantine/core'
import { useClipboard, useDisclosure } from '@mantine/hooks'
import { filtersOfQuery } from '@spira/shared/protocol/recordingFilters.ts'
import { IconBookmark, IconLink, IconTrash } from '@tabler/icons-react'
import { memo, useState } from 'react'
import { useText } from '../catalogue.ts'
import { Dialog } from '../frame/Dialog.tsx'
import { DialogActions } from '../frame/DialogActions.tsx'
import dialog from '../frame/dialog.module.css'
import type { Explorer } from './explorerSearch.ts'
import { useRemoveFilter, useSavedFilters, useSaveFilter } from './recordings.ts'
import styles from './RecordingsPage.module.css'

/** One's own saved filters; and the address of the present one, to give to somebody. */
export const SavedFilters = memo(function SavedFilters({ explorer }: { explorer: Explorer }) {
  const text = useText()
  const saved = useSavedFilters()
  const remove = useRemoveFilter()
  const [naming, name] = useDisclosure(false)
  const address = useClipboard({ timeout: 4000 })
  return (
    <>
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<IconBookmark size={18} stroke={1.8} aria-hidden />}
            data-testid="saved-filters"
          >
            {text('saved.open')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {(saved.data ?? []).map((filter) => (
            <Menu.Item
              key={filter.id}
              className={styles.menuItem}
              onClick={() => explorer.replace(filtersOfQuery(new URLSearchParams(filter.query)))}
              data-testid="saved-filter"
            >
              {filter.name}
            </Menu.Item>
          ))}
          {saved.data?.length === 0 && <Menu.Label>{text('saved.none')}</Menu.Label>}
          <Menu.Divider />
          <Menu.Item
            className={styles.menuItem}
            disabled={!explorer.isFiltered}
            leftSection={<IconBookmark size={18} stroke={1.8} aria-hidden />}
            onClick={name.open}
            data-testid="save-filter"
          >
            {text('saved.save')}
          </Menu.Item>
          <Menu.Item
            className={styles.menuItem}
            leftSection={<IconLink size={18} stroke={1.8} aria-hidden />}
            closeMenuOnClick={false}
            onClick={() => address.copy(window.location.href)}
          >
            {text(address.copied ? 'saved.copied' : 'saved.share')}
          </Menu.Item>
          {(saved.data ?? []).length > 0 && <Menu.Divider />}
          {(saved.data ?? []).map((filter) => (
            <Menu.Item
              key={filter.id}
              className={styles.menuItem}
              color="red"
              leftSection={<IconTrash size={18} stroke={1.8} aria-hidden />}
              onClick={() => remove.mutate(filter.id)}
            >
              {text('saved.remove', { name: filter.name })}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {naming && <NameDialog query={explorer.query} onClose={name.close} />}
    </>
  )
})

function NameDialog({ query, onClose }: { query: string; onClose: () => void }) {
  const text = useText()
  const [name, setName] = useState('')
  const save = useSaveFilter()
  return (
    <Dialog title={text('saved.title')} onClose={onClose}>
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') save.mutate({ name: name.trim(), query }, { onSuccess: onClose })
        }}
      >
        <TextInput
          label={text('saved.name')}
          description={text('saved.nameHint')}
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          data-testid="save-filter-name"
        />
        <DialogActions
          request={save}
          submit={text('saved.submit')}
          testId="save-filter-submit"
          onClose={onClose}
          disabled={name.trim() === ''}
        />
      </form>
    </Dialog>
  )
}
