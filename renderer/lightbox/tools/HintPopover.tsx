/**
 * Colours for one hint: what the network thinks likely there, what this picture has been given already, a palette of
 * things found in old photographs, the eyedropper (this picture, or another one as reference), and any colour by its
 * number. Only hue and strength count; how light it becomes is the picture's own.
 */
import Colorize from '@mui/icons-material/Colorize';
import DeleteOutlined from '@mui/icons-material/DeleteOutlined';
import PhotoLibraryOutlined from '@mui/icons-material/PhotoLibraryOutlined';
import { Box, Button, ButtonBase, InputBase, Popover, Tooltip, Typography } from '@mui/material';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallResult } from '../../../app/contract/index.ts';
import type { Hint } from '../../../app/recipe/marks.ts';
import { useLightbox, useSession } from '../context.ts';
import { hexOf, readHex } from '../logic/drawing.ts';
import { neutral, ownColours, palette } from '../logic/palette.ts';
import type { Point } from '../logic/viewport.ts';
import { ReferencePicker } from './ReferencePicker.tsx';

type Colour = Hint['colour'];
type Suggestions = CallResult<'colour.suggest'>['colours'];

export interface HintPopoverProps {
  /** Where it opens, in the window. */
  anchor(): { left: number; top: number };
  /** The hint's place on the scan, fractions. */
  at: Point;
  /** Its colour, null while it has none. */
  colour: Colour | null;
  give(colour: Colour): void;
  /** Takes the eyedropper in hand. */
  pick(): void;
  /** Null for a hint that is not there yet. */
  remove: (() => void) | null;
  close(): void;
}

const same = (a: Colour, b: Colour | null) => b !== null && hexOf(a) === hexOf(b);

export function HintPopover({ anchor, at, colour, give, pick, remove, close }: HintPopoverProps) {
  const { t } = useTranslation();
  const session = useSession();
  const hints = useLightbox((s) => s.recipe?.params.colour.hints);
  const [suggested, setSuggested] = useState<Suggestions>([]);
  const [reference, setReference] = useState(false);
  const [text, setText] = useState(colour ? hexOf(colour) : '');
  const typed = readHex(text);
  const [place] = useState(anchor);
  const { x, y } = at;
  useEffect(() => {
    const { recipe, id } = session.store.getState();
    if (!recipe) return;
    const stop = new AbortController();
    session.client
      .call('colour.suggest', { itemId: id, recipe, x, y }, { signal: stop.signal })
      .then((answer) => setSuggested(answer.colours))
      // Without suggestions there is still the palette.
      .catch(() => undefined);
    return () => stop.abort();
  }, [session, x, y]);
  const choose = (next: Colour) => {
    setText(hexOf(next));
    give(next);
  };
  const own = ownColours(hints ?? []).slice(0, 9);
  return (
    <Popover
      open
      onClose={close}
      anchorReference="anchorPosition"
      anchorPosition={place}
      slotProps={{
        paper: {
          role: 'dialog',
          'aria-label': t('lightbox.hints.choose'),
          sx: { width: 352, p: 1.5, bgcolor: 'room.panel' },
        },
        backdrop: { invisible: true },
      }}
      // The picture behind is what the colour is for.
      disableScrollLock
    >
      <Typography variant="h4" component="h3" sx={{ fontSize: 13 }}>
        {t('lightbox.hints.choose')}
      </Typography>
      <Typography variant="caption" component="p" sx={{ color: 'text.secondary', mb: 1 }}>
        {t('lightbox.hints.lightness')}
      </Typography>
      {reference ? (
        <ReferencePicker choose={choose} back={() => setReference(false)} />
      ) : (
        <>
          {suggested.length > 0 && (
            <Row name={t('lightbox.hints.suggested')}>
              {suggested.map((s, i) => (
                <Chip
                  key={i}
                  colour={s.colour}
                  held={same(s.colour, colour)}
                  name={t(s.from === 'memory' ? 'lightbox.hints.remembered' : 'lightbox.hints.likely', {
                    percent: Math.round(s.share * 100),
                    colour: hexOf(s.colour),
                  })}
                  choose={choose}
                  wide
                />
              ))}
            </Row>
          )}
          {own.length > 0 && (
            <Row name={t('lightbox.hints.used')}>
              {own.map((c) => (
                <Chip key={hexOf(c)} colour={c} held={same(c, colour)} name={hexOf(c)} choose={choose} />
              ))}
            </Row>
          )}
          {palette.map((group) => (
            <Row key={group.id} name={t(`lightbox.palette.${group.id}.title`)} narrow>
              {group.swatches.map((s) => (
                <Chip
                  key={s.id}
                  colour={s.colour}
                  held={same(s.colour, colour)}
                  name={t(`lightbox.palette.${s.id}`)}
                  choose={choose}
                />
              ))}
            </Row>
          ))}
        </>
      )}
      <Box sx={{ display: 'flex', gap: 0.75, mt: 1.25, alignItems: 'center' }}>
        <Box
          aria-hidden
          sx={{
            width: 26,
            height: 26,
            borderRadius: 0.75,
            border: 1,
            borderColor: 'room.lineStrong',
            flex: 'none',
          }}
          style={{ background: typed ? hexOf(typed) : colour ? hexOf(colour) : 'transparent' }}
        />
        <InputBase
          value={text}
          placeholder="#a37f5c"
          onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === 'Enter' && typed) give(typed);
          }}
          onBlur={() => typed && colour && !same(typed, colour) && give(typed)}
          inputProps={{ 'aria-label': t('lightbox.hints.hex'), maxLength: 9, spellCheck: false }}
          error={text !== '' && !typed}
          sx={{ width: 92, px: 0.75, height: 28, fontSize: 12.5, bgcolor: 'room.raised', borderRadius: 0.75 }}
        />
        <Tooltip title={t('lightbox.palette.neutral')}>
          <Button color="secondary" variant="outlined" onClick={() => choose(neutral.colour)} sx={small}>
            {t('lightbox.hints.grey')}
          </Button>
        </Tooltip>
        <Box sx={{ flex: 1 }} />
        {remove && (
          <Button color="secondary" variant="text" startIcon={<DeleteOutlined />} onClick={remove} sx={small}>
            {t('lightbox.hints.remove')}
          </Button>
        )}
      </Box>
      <Box sx={{ display: 'flex', gap: 0.75, mt: 1 }}>
        <Button color="secondary" variant="outlined" startIcon={<Colorize />} onClick={pick} sx={small}>
          {t('lightbox.hints.fromHere')}
        </Button>
        <Button
          color="secondary"
          variant="outlined"
          startIcon={<PhotoLibraryOutlined />}
          aria-pressed={reference}
          onClick={() => setReference(!reference)}
          sx={small}
        >
          {t('lightbox.hints.fromOther')}
        </Button>
        <Box sx={{ flex: 1 }} />
        <Button variant="contained" onClick={close} sx={small}>
          {t('lightbox.tools.done')}
        </Button>
      </Box>
    </Popover>
  );
}

const small = { minHeight: 28, py: 0, px: 1, minWidth: 0, fontSize: 12.5 } as const;

function Row({ name, narrow, children }: { name: string; narrow?: boolean; children: ReactNode }) {
  return (
    <Box
      role="group"
      aria-label={name}
      sx={{ display: 'flex', alignItems: 'center', gap: 1, mb: narrow ? 0.25 : 0.75 }}
    >
      <Typography
        variant="caption"
        aria-hidden
        noWrap
        sx={{ width: 76, flex: 'none', color: 'text.secondary' }}
      >
        {name}
      </Typography>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.25 }}>{children}</Box>
    </Box>
  );
}

function Chip(props: {
  colour: Colour;
  held: boolean;
  name: string;
  wide?: boolean;
  choose(c: Colour): void;
}) {
  return (
    <Tooltip title={props.name} enterDelay={200}>
      <ButtonBase
        aria-label={props.name}
        aria-pressed={props.held}
        onClick={() => props.choose(props.colour)}
        sx={{
          width: props.wide ? 32 : 24,
          height: 24,
          borderRadius: 0.75,
          p: '2px',
          border: 2,
          borderColor: props.held ? 'text.primary' : 'transparent',
          '&:hover': { borderColor: 'text.secondary' },
        }}
      >
        <Box
          sx={{
            width: '100%',
            height: '100%',
            borderRadius: 0.5,
            boxShadow: 'inset 0 0 0 1px rgba(128,128,128,.5)',
          }}
          style={{ background: hexOf(props.colour) }}
        />
      </ButtonBase>
    </Tooltip>
  );
}
