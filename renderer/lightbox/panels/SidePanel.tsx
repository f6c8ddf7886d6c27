/** The right panel: histogram, what the automatic found, the roll, one card per recipe step; or the history. */
import { Box, Skeleton, Tab, Tabs } from '@mui/material';
import { useMemo, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '../../../app/contract/index.ts';
import { useLightbox, useSession } from '../context.ts';
import { stepsFor } from '../logic/cards.ts';
import { makeCards } from '../logic/controls.ts';
import { Histogram } from '../parts/Histogram.tsx';
import type { LightboxActions } from '../useActions.ts';
import { AfterCards } from './AfterCards.tsx';
import { AutoCard } from './AutoCard.tsx';
import { FamilyCard } from './FamilyCard.tsx';
import { HistoryPanel } from './HistoryPanel.tsx';
import { OriginalCard } from './OriginalCard.tsx';
import { RollCard } from './RollCard.tsx';
import { StepCard } from './StepCard.tsx';
import { noteScroll } from './useNumber.ts';

export const PANEL_WIDTH = 348;
export type PanelTab = 'develop' | 'history';

export interface SidePanelProps {
  tab: PanelTab;
  setTab(tab: PanelTab): void;
  actions: LightboxActions;
  onName(entry: HistoryEntry): void;
}

export function SidePanel({ tab, setTab, actions, onName }: SidePanelProps) {
  const { t } = useTranslation();
  const session = useSession();
  const recipe = useLightbox((s) => s.recipe);
  const roll = useLightbox((s) => s.group?.kind === 'roll');
  // The print mode is the roll's, and stands in its card when there is one.
  const kind = useLightbox((s) => s.items[s.id]?.kind ?? null);
  const [cards, after] = useMemo(() => {
    if (!recipe) return [[], []];
    const shown = stepsFor(kind);
    const hidden = roll ? ['lights.mode'] : [];
    return [makeCards(shown.main, recipe.params, hidden), makeCards(shown.after, recipe.params)];
  }, [recipe, roll, kind]);
  const key = (event: KeyboardEvent) => {
    // Escape hands the keyboard back to the picture.
    if (event.key === 'Escape') {
      document.getElementById('lightbox-stage')?.focus();
      // With a tool in hand Escape puts it away as well.
      if (session.store.getState().tool === 'none') event.stopPropagation();
    }
  };
  return (
    <Box
      component="aside"
      id="lightbox-panel"
      aria-label={t('lightbox.panel')}
      onKeyDown={key}
      onWheel={(e) => {
        if (!(e.target instanceof Element && e.target.closest('[role=slider]')))
          noteScroll(performance.now());
      }}
      sx={{
        gridArea: 'panel',
        width: PANEL_WIDTH,
        minHeight: 0,
        display: 'flex',
        flexDirection: 'column',
        bgcolor: 'room.panel',
        borderLeft: 1,
        borderColor: 'divider',
      }}
    >
      <OriginalCard />
      <FamilyCard />
      <Box sx={{ p: 1.5, pb: 0.5 }}>
        <Histogram />
      </Box>
      <Tabs
        value={tab}
        onChange={(_, v: PanelTab) => setTab(v)}
        variant="fullWidth"
        aria-label={t('lightbox.panel')}
        sx={{
          minHeight: 34,
          flex: 'none',
          borderBottom: 1,
          borderColor: 'divider',
          '& .MuiTab-root': { minHeight: 34, py: 0 },
        }}
      >
        <Tab value="develop" label={t('lightbox.tabs.develop')} id="lightbox-tab-develop" />
        <Tab value="history" label={t('lightbox.tabs.history')} id="lightbox-tab-history" />
      </Tabs>
      <Box
        role="tabpanel"
        aria-labelledby={`lightbox-tab-${tab}`}
        sx={{ flex: 1, minHeight: 0, overflowY: 'auto', scrollbarWidth: 'thin', scrollbarGutter: 'stable' }}
      >
        {tab === 'history' && <HistoryPanel onName={onName} />}
        {tab === 'develop' && (
          <>
            <AutoCard onAuto={actions.auto} />
            <RollCard onSync={actions.sync} />
            {!recipe && <Skeleton variant="rounded" height={220} sx={{ m: 1.5 }} />}
            {cards.map((card) => (
              <StepCard key={card.id} card={card} />
            ))}
            {after.length > 0 && <AfterCards cards={after} />}
          </>
        )}
      </Box>
    </Box>
  );
}
