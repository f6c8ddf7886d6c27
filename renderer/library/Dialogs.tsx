/** The small dialogs of the library: tags, a new roll or album, a name, a capture date. */
import {
  Autocomplete,
  Box,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogTitle,
  TextField,
  ToggleButton,
  ToggleButtonGroup,
  Typography,
} from '@mui/material';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { groupKinds, type Group } from '../../app/contract/library.ts';
import { getClient } from '../client.ts';
import { report } from '../store/app.ts';
import { changeTags, reload, updateItems, useLibrary } from '../store/library.ts';
import { PairsDialog } from './PairsDialog.tsx';
import { openDialog, readDate, useLibraryUi } from './state.ts';

const close = () => openDialog(null);

function Frame(props: {
  title: string;
  ok: string;
  disabled?: boolean;
  onOk: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Dialog open onClose={close} fullWidth maxWidth="xs" aria-label={props.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (props.disabled) return;
          close();
          props.onOk();
        }}
      >
        <DialogTitle>{props.title}</DialogTitle>
        <DialogContent>
          <Box sx={{ display: 'grid', gap: 2, pt: 1 }}>{props.children}</Box>
        </DialogContent>
        <DialogActions>
          <Button color="secondary" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" variant="contained" disabled={props.disabled}>
            {props.ok}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Tags({ ids }: { ids: number[] }) {
  const { t } = useTranslation();
  const known = useLibrary((s) => s.facets.tags);
  const items = useLibrary((s) => s.items);
  // Tags that all of them have stand in the field; taking one out takes it from all.
  const [common] = useState(() => {
    const lists = ids.map((id) => items.get(id)?.tags ?? []);
    return (lists[0] ?? []).filter((tag) => lists.every((l) => l.includes(tag)));
  });
  const [tags, setTags] = useState(common);
  const [draft, setDraft] = useState('');
  return (
    <Frame
      title={t('library.tagsOf', { count: ids.length })}
      ok={t('common.save')}
      onOk={() => {
        const all = draft.trim() ? [...tags, draft.trim()] : tags;
        void changeTags(
          ids,
          all.filter((x) => !common.includes(x)),
          common.filter((x) => !all.includes(x)),
        );
      }}
    >
      <Autocomplete
        multiple
        freeSolo
        options={known}
        value={tags}
        inputValue={draft}
        onInputChange={(_, text) => setDraft(text.slice(0, 80))}
        onChange={(_, value) => setTags(value.map((v) => v.trim()).filter(Boolean))}
        renderInput={(params) => (
          <TextField {...params} label={t('library.tags')} helperText={t('library.tagsHelp')} autoFocus />
        )}
      />
    </Frame>
  );
}

function NewGroup({ ids }: { ids: number[] }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Group['kind']>('roll');
  const [name, setName] = useState('');
  return (
    <Frame
      title={t('library.newGroupOf', { count: ids.length })}
      ok={t('library.create')}
      disabled={name.trim() === ''}
      onOk={() => {
        getClient()
          .call('library.createGroup', { kind, name: name.trim(), ids })
          .then(() => reload())
          .catch(report);
      }}
    >
      <ToggleButtonGroup
        exclusive
        value={kind}
        onChange={(_, next: Group['kind'] | null) => next && setKind(next)}
        aria-label={t('library.groupKind')}
        size="small"
        fullWidth
      >
        {groupKinds.map((k) => (
          <ToggleButton key={k} value={k}>
            {t(`group.${k}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <Typography variant="body2" color="textSecondary">
        {t(`group.about.${kind}`)}
      </Typography>
      <TextField
        label={t('library.name')}
        value={name}
        onChange={(e) => setName(e.target.value.slice(0, 120))}
        autoFocus
      />
    </Frame>
  );
}

/** Into a group that is there already: a leader to its roll, a stray frame to its album. */
function Move({ ids }: { ids: number[] }) {
  const { t } = useTranslation();
  const groups = useLibrary((s) => s.groups);
  const items = useLibrary((s) => s.items);
  const [group, setGroup] = useState<Group | null>(null);
  const from = new Set(ids.map((id) => items.get(id)?.groupId));
  const options = groupKinds.flatMap((kind) =>
    [...groups.values()].filter((g) => g.kind === kind && !(from.size === 1 && from.has(g.id))),
  );
  return (
    <Frame
      title={t('library.moveOf', { count: ids.length })}
      ok={t('library.move')}
      disabled={group === null}
      onOk={() => {
        if (group) void updateItems(ids, { groupId: group.id });
      }}
    >
      <Autocomplete
        options={options}
        value={group}
        groupBy={(g) => t(`groups.${g.kind}`)}
        getOptionLabel={(g) => g.name}
        getOptionKey={(g) => g.id}
        isOptionEqualToValue={(a, b) => a.id === b.id}
        onChange={(_, next) => setGroup(next)}
        openOnFocus
        renderInput={(params) => <TextField {...params} label={t('library.moveWhere')} autoFocus />}
      />
    </Frame>
  );
}

function Rename({ groupId }: { groupId: number }) {
  const { t } = useTranslation();
  const old = useLibrary((s) => s.groups.get(groupId)?.name ?? '');
  const [name, setName] = useState(old);
  return (
    <Frame
      title={t('library.rename')}
      ok={t('common.save')}
      disabled={name.trim() === ''}
      onOk={() => {
        getClient()
          .call('library.updateGroup', { id: groupId, name: name.trim() })
          .then(() => reload())
          .catch(report);
      }}
    >
      <TextField
        label={t('library.name')}
        value={name}
        onChange={(e) => setName(e.target.value.slice(0, 120))}
        onFocus={(e) => e.target.select()}
        autoFocus
      />
    </Frame>
  );
}

function CaptureDate({
  title,
  old,
  onSave,
}: {
  title: string;
  old: string;
  onSave: (date: string | null) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(old);
  const date = readDate(text);
  return (
    <Frame
      title={title}
      ok={t('common.save')}
      disabled={date === undefined}
      onOk={() => onSave(date ?? null)}
    >
      <TextField
        label={t('library.captureDate')}
        value={text}
        error={date === undefined}
        onChange={(e) => setText(e.target.value.slice(0, 60))}
        placeholder="circa 1962"
        helperText={date === undefined ? t('library.dateBad') : t('library.dateHelp')}
        autoFocus
      />
      <Typography variant="body2" color="textSecondary">
        {t('library.dateSeparate')}
      </Typography>
    </Frame>
  );
}

export function LibraryDialogs() {
  const { t } = useTranslation();
  const dialog = useLibraryUi((s) => s.dialog);
  const groups = useLibrary((s) => s.groups);
  const items = useLibrary((s) => s.items);
  if (!dialog) return null;
  switch (dialog.type) {
    case 'tags':
      return <Tags ids={dialog.ids} />;
    case 'newGroup':
      return <NewGroup ids={dialog.ids} />;
    case 'move':
      return <Move ids={dialog.ids} />;
    case 'pairs':
      return <PairsDialog pairs={dialog.pairs} />;
    case 'rename':
      return <Rename groupId={dialog.groupId} />;
    case 'groupDate': {
      const group = groups.get(dialog.groupId);
      return (
        <CaptureDate
          title={t('library.dateOf', { name: group?.name ?? '' })}
          old={group?.captureDate ?? ''}
          onSave={(captureDate) => {
            getClient()
              .call('library.updateGroup', { id: dialog.groupId, captureDate })
              .then(() => reload())
              .catch(report);
          }}
        />
      );
    }
    case 'itemDate':
      return (
        <CaptureDate
          title={t('library.dateOfItems', { count: dialog.ids.length })}
          old={items.get(dialog.ids[0])?.captureDate ?? ''}
          onSave={(captureDate) => void updateItems(dialog.ids, { captureDate })}
        />
      );
  }
}
