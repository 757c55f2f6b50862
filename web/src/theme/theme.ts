import { createTheme, type CSSVariablesResolver } from '@mantine/core';

const fern = ['#eaf6f2', '#d3ebe3', '#a6d8c9', '#75c3ad', '#4db296', '#2f9c80', '#1d8670', '#0f6b5c', '#0b5b4e', '#07483e'] as const;

// Mantine's dark greys, from text to ground, in the tone of tokens.css.
const night = ['#eceeec', '#b6bfba', '#98a39e', '#76827d', '#3a4446', '#2e3638', '#22292a', '#1b2021', '#171c1d', '#131718'] as const;

// And its light ones, warm like the paper.
const stone = ['#faf8f4', '#efece4', '#e4dfd4', '#d8d3c7', '#c9c4b8', '#a3a298', '#767d77', '#4e5853', '#363f3b', '#1b211f'] as const;

export const theme = createTheme({
  primaryColor: 'fern',
  colors: { fern: [...fern], dark: [...night], gray: [...stone] },
  primaryShade: { light: 7, dark: 7 },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'var(--mono)',
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: { centered: true, radius: 'lg', overlayProps: { backgroundOpacity: 0.45 }, transitionProps: { transition: 'pop', duration: 120 }, closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    // What Mantine puts into a menu to take the focus is no item, and menus hold nothing else.
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end', radius: 'md', withInitialFocusPlaceholder: false } },
    Checkbox: { defaultProps: { radius: 4 } },
    Button: { defaultProps: { size: 'sm' } },
  },
});

/** Mantine's surfaces in Covey's colours. */
export const variables: CSSVariablesResolver = () => {
  const surfaces = {
    '--mantine-color-body': 'var(--card)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-2)',
    '--mantine-color-default': 'var(--card)',
    '--mantine-color-default-hover': 'var(--sunk)',
    '--mantine-color-default-border': 'var(--line)',
    '--mantine-color-placeholder': 'var(--ink-3)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-disabled': 'var(--bar-track)',
    '--mantine-color-disabled-color': 'var(--ink-3)',
    '--mantine-color-disabled-border': 'var(--line)',
  };
  return {
    variables: {},
    light: { ...surfaces, '--mantine-color-fern-light': 'var(--brand-soft)', '--mantine-color-fern-light-color': 'var(--brand-ink)', '--mantine-color-red-light-color': 'var(--bad)' },
    dark: { ...surfaces, '--mantine-color-fern-light': 'var(--brand-soft)', '--mantine-color-fern-light-color': 'var(--brand-ink)', '--mantine-color-fern-text': 'var(--brand)', '--mantine-color-red-light-color': 'var(--bad)' },
  };
};
