/**
 * The look of the darkroom, in one place: colours, type, spacing, shapes and the habits of every component.
 * Greys are neutral to the last bit (r = g = b), since a tinted surface beside a picture changes how its
 * colours are judged; the one accent is the red-orange of a safelight (the colours themselves: tones.ts).
 */
import { alpha, createTheme, type Theme } from '@mui/material/styles';
import { tones, type Mode } from './tones.ts';

/** Surfaces and lines beyond what the palette of the component library names. */
export interface RoomColours {
  /** Under the pictures. */
  table: string;
  /** Rail, side panels, bars. */
  panel: string;
  /** Cards, fields, menus: a step towards the eye. */
  raised: string;
  /** What is pointed at. */
  hover: string;
  line: string;
  lineStrong: string;
  /** The ring around what has the keyboard. */
  focus: string;
  /** Ring and fill of what is selected. */
  selected: string;
  selectedFill: string;
  /** Over pictures: badges and captions on a scrim, in both modes. */
  scrim: string;
  onScrim: string;
}

declare module '@mui/material/styles' {
  interface Palette {
    room: RoomColours;
  }
  interface PaletteOptions {
    room: RoomColours;
  }
  interface TypographyVariants {
    /** Figures that must not dance: counts, times, sizes. */
    figure: React.CSSProperties;
    /** Small heading above a block. */
    label: React.CSSProperties;
  }
  interface TypographyVariantsOptions {
    figure?: React.CSSProperties;
    label?: React.CSSProperties;
  }
}
declare module '@mui/material/Typography' {
  interface TypographyPropsVariantOverrides {
    figure: true;
    label: true;
  }
}

const family = "'Inter Variable', 'Inter', system-ui, sans-serif";
const mono = "ui-monospace, 'Cascadia Mono', 'SF Mono', 'DejaVu Sans Mono', monospace";

/** Sizes that layouts share, in pixels. */
export const sizes = {
  rail: 76,
  topBar: 52,
  toolbar: 48,
  sidePanel: 244,
  /** Height of a dense control. */
  control: 32,
} as const;

/** The theme of one mode. */
export function makeTheme(mode: Mode): Theme {
  const t = tones[mode];
  const dark = mode === 'dark';
  const colour = (main: string, contrastText = dark ? t.ground : '#ffffff') => ({
    main,
    light: main,
    dark: main,
    contrastText,
  });
  return createTheme({
    palette: {
      mode,
      primary: { main: t.accent, light: t.accentHover, dark: t.accentHover, contrastText: t.onAccent },
      secondary: colour(t.text),
      success: colour(t.good),
      warning: colour(t.warn),
      error: colour(t.bad),
      info: colour(t.info),
      background: { default: t.ground, paper: t.raised },
      text: { primary: t.text, secondary: t.textSoft, disabled: t.textOff },
      divider: t.line,
      action: {
        active: t.textSoft,
        hover: alpha(t.text, 0.07),
        selected: alpha(t.accent, 0.16),
        disabled: t.textOff,
        disabledBackground: t.hover,
        focus: alpha(t.accent, 0.2),
      },
      room: {
        table: t.table,
        panel: t.panel,
        raised: t.raised,
        hover: t.hover,
        line: t.line,
        lineStrong: t.lineStrong,
        focus: t.accent,
        selected: t.accent,
        // Neutral too: a tinted field beside the pictures would colour how they are seen.
        selectedFill: alpha(t.text, dark ? 0.13 : 0.1),
        scrim: 'rgba(0, 0, 0, 0.68)',
        onScrim: '#f4f4f4',
      },
    },
    spacing: 8,
    shape: { borderRadius: 6 },
    typography: {
      fontFamily: family,
      fontSize: 14,
      fontWeightMedium: 550,
      h1: { fontSize: 24, fontWeight: 600, lineHeight: 1.25, letterSpacing: '-0.015em' },
      h2: { fontSize: 18, fontWeight: 600, lineHeight: 1.3, letterSpacing: '-0.01em' },
      h3: { fontSize: 15, fontWeight: 600, lineHeight: 1.35 },
      h4: { fontSize: 14, fontWeight: 600, lineHeight: 1.4 },
      body1: { fontSize: 14, lineHeight: 1.5 },
      body2: { fontSize: 13, lineHeight: 1.45 },
      caption: { fontSize: 12, lineHeight: 1.35 },
      overline: { fontSize: 12, lineHeight: 1.35, textTransform: 'none', letterSpacing: 0, fontWeight: 550 },
      button: { fontSize: 13.5, fontWeight: 550, textTransform: 'none', letterSpacing: 0 },
      figure: {
        fontFamily: family,
        fontSize: 12.5,
        lineHeight: 1.4,
        fontVariantNumeric: 'tabular-nums',
      },
      label: {
        fontFamily: family,
        fontSize: 12,
        fontWeight: 600,
        lineHeight: 1.4,
        color: t.textSoft,
      },
    },
    components: {
      MuiCssBaseline: {
        styleOverrides: {
          'html, body, #root': { height: '100%' },
          body: { overflow: 'hidden', WebkitFontSmoothing: 'antialiased', userSelect: 'none' },
          'p, dd, pre, code': { userSelect: 'text' },
          pre: { fontFamily: mono },
          '*:focus-visible': { outline: `2px solid ${t.accent}`, outlineOffset: 2 },
          '*::-webkit-scrollbar': { width: 12, height: 12 },
          '*::-webkit-scrollbar-thumb': {
            background: t.lineStrong,
            borderRadius: 6,
            border: '3px solid transparent',
            backgroundClip: 'content-box',
          },
          '*::-webkit-scrollbar-corner': { background: 'transparent' },
          '::selection': { background: alpha(t.accent, 0.35) },
          '@media (prefers-reduced-motion: reduce)': {
            '*, *::before, *::after': {
              animationDuration: '0.01ms !important',
              animationIterationCount: '1 !important',
              transitionDuration: '0.01ms !important',
              scrollBehavior: 'auto !important',
            },
          },
        },
      },
      MuiButtonBase: {
        defaultProps: { disableRipple: true },
        styleOverrides: {
          root: { '&.Mui-focusVisible': { outline: `2px solid ${t.accent}`, outlineOffset: 2 } },
        },
      },
      MuiButton: {
        defaultProps: { disableElevation: true, size: 'small' },
        styleOverrides: {
          root: {
            minHeight: sizes.control,
            paddingInline: 12,
            borderRadius: 6,
            whiteSpace: 'nowrap',
            flexShrink: 0,
          },
          sizeLarge: { minHeight: 42, paddingInline: 22, fontSize: 15 },
        },
        variants: [
          {
            props: { color: 'secondary', variant: 'outlined' },
            style: {
              borderColor: t.lineStrong,
              color: t.text,
              '&:hover': { background: t.hover, borderColor: t.textSoft },
            },
          },
          {
            props: { color: 'secondary', variant: 'text' },
            style: { color: t.text, '&:hover': { background: t.hover } },
          },
        ],
      },
      MuiIconButton: {
        defaultProps: { size: 'small' },
        styleOverrides: {
          root: { borderRadius: 6, color: t.textSoft, '&:hover': { background: t.hover, color: t.text } },
          sizeSmall: { padding: 6 },
        },
      },
      MuiSvgIcon: { defaultProps: { fontSize: 'small' } },
      MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
      MuiDialog: {
        styleOverrides: {
          paper: { background: t.panel, border: `1px solid ${t.line}`, borderRadius: 10 },
        },
      },
      MuiDialogTitle: {
        styleOverrides: { root: { fontSize: 18, fontWeight: 600, padding: '20px 24px 12px' } },
      },
      MuiDialogContent: { styleOverrides: { root: { padding: '8px 24px 16px' } } },
      MuiDialogActions: {
        styleOverrides: { root: { padding: '12px 24px 20px', borderTop: `1px solid ${t.line}` } },
      },
      MuiBackdrop: {
        styleOverrides: {
          root: { '&:not(.MuiBackdrop-invisible)': { background: `rgba(0, 0, 0, ${dark ? 0.62 : 0.4})` } },
        },
      },
      MuiMenu: {
        styleOverrides: {
          paper: { border: `1px solid ${t.line}`, boxShadow: '0 10px 32px rgba(0,0,0,.38)' },
          list: { padding: 6 },
        },
      },
      MuiMenuItem: {
        styleOverrides: {
          root: {
            fontSize: 13.5,
            minHeight: 32,
            borderRadius: 4,
            paddingBlock: 5,
            paddingInline: 10,
            '&.Mui-focusVisible': { outlineOffset: -2 },
          },
        },
      },
      MuiPopover: {
        styleOverrides: {
          paper: { border: `1px solid ${t.line}`, boxShadow: '0 10px 32px rgba(0,0,0,.38)' },
        },
      },
      MuiTooltip: {
        defaultProps: { enterDelay: 450, enterNextDelay: 150, arrow: false },
        styleOverrides: {
          tooltip: {
            background: dark ? '#353535' : '#262626',
            color: '#f2f2f2',
            fontSize: 12.5,
            fontWeight: 450,
            lineHeight: 1.45,
            padding: '6px 10px',
            maxWidth: 320,
          },
        },
      },
      MuiTextField: { defaultProps: { size: 'small' } },
      MuiSelect: { defaultProps: { size: 'small' } },
      MuiOutlinedInput: {
        styleOverrides: {
          root: {
            background: t.raised,
            fontSize: 14,
            '& .MuiOutlinedInput-notchedOutline': { borderColor: t.lineStrong },
            '&:hover .MuiOutlinedInput-notchedOutline': { borderColor: t.textSoft },
            '&.Mui-focused .MuiOutlinedInput-notchedOutline': { borderColor: t.accent, borderWidth: 2 },
          },
          input: {
            '&:focus-visible': { outline: 'none' },
            '&.MuiInputBase-inputSizeSmall': { paddingBlock: 7 },
          },
        },
      },
      MuiInputBase: { styleOverrides: { input: { '&:focus-visible': { outline: 'none' } } } },
      MuiFormLabel: { styleOverrides: { root: { '&.Mui-focused': { color: t.accent } } } },
      MuiFormHelperText: { styleOverrides: { root: { fontSize: 12, marginInline: 0 } } },
      MuiChip: {
        styleOverrides: {
          root: { borderRadius: 6, fontSize: 12.5, fontWeight: 500 },
          sizeSmall: { height: 24 },
        },
      },
      MuiToggleButton: {
        styleOverrides: {
          root: {
            color: t.textSoft,
            borderColor: t.lineStrong,
            paddingBlock: 4,
            minHeight: sizes.control,
            '&.Mui-selected, &.Mui-selected:hover': {
              color: t.text,
              background: alpha(t.text, 0.13),
              boxShadow: `inset 0 -2px 0 ${t.accent}`,
            },
          },
        },
      },
      MuiSwitch: {
        styleOverrides: {
          track: { background: t.lineStrong, opacity: 1 },
          switchBase: {
            color: t.textSoft,
            '&.Mui-checked + .MuiSwitch-track': { opacity: 0.55 },
          },
        },
      },
      MuiCheckbox: { defaultProps: { size: 'small' } },
      MuiSlider: {
        defaultProps: { size: 'small' },
        styleOverrides: { rail: { background: t.lineStrong, opacity: 1 } },
      },
      MuiLinearProgress: {
        styleOverrides: {
          root: { height: 4, borderRadius: 2, background: t.line },
          bar: { borderRadius: 2 },
        },
      },
      MuiLink: { defaultProps: { underline: 'hover' } },
      MuiSnackbarContent: {
        styleOverrides: {
          root: {
            background: dark ? '#333333' : '#262626',
            color: '#f2f2f2',
            fontSize: 13.5,
            borderRadius: 8,
            // Dark in both themes: its buttons are light in both.
            '& .MuiIconButton-root': {
              color: '#d0d0d0',
              '&:hover': { background: '#ffffff24', color: '#fff' },
            },
          },
        },
      },
      MuiAlert: {
        styleOverrides: {
          root: {
            borderRadius: 8,
            fontSize: 13.5,
            alignItems: 'center',
            background: t.raised,
            color: t.text,
          },
        },
      },
    },
  });
}
