import {
  ActionIcon,
  Button,
  Checkbox,
  createTheme,
  defaultVariantColorsResolver,
  Input,
  InputWrapper,
  type MantineColorsTuple,
  Modal,
  NavLink,
  Paper,
  PasswordInput,
  Radio,
  SegmentedControl,
  type VariantColorsResolver,
} from '@mantine/core'

/** Teal, chosen with vermilion (alarm), blue (no alarm) and violet (uncertain) so that no meaning rests on red against green. */
const spira: MantineColorsTuple = [
  '#e7f5f6',
  '#cfe8ea',
  '#a3d2d6',
  '#74bbc1',
  '#4aa4ac',
  '#17808a',
  '#0d707b',
  '#085d66',
  '#064a52',
  '#03383e',
]

/** Neutral with a trace of the teal; index 7 is the dark scheme's page, 6 its surface. */
const dark: MantineColorsTuple = [
  '#e6eeef',
  '#c3d0d2',
  '#9fb1b4',
  '#6f8488',
  '#3a4c50',
  '#2a3a3e',
  '#1a272a',
  '#111b1d',
  '#0c1416',
  '#070d0e',
]

/** The least side of anything to be touched, px: gloves (WCAG 2.2, 2.5.5 enhanced). */
export const TOUCH_TARGET = 44

/** `variant="ink"`: the strongest contrast of the scheme, for the one thing that stops or discards. */
const variantColorResolver: VariantColorsResolver = (input) =>
  input.variant === 'ink'
    ? { background: 'var(--spira-ink)', hover: 'var(--spira-ink)', color: 'var(--spira-surface)', border: 'none' }
    : defaultVariantColorsResolver(input)

/** The look of the bedside app and of the console: one theme, light and dark. */
export const theme = createTheme({
  primaryColor: 'spira',
  primaryShade: { light: 6, dark: 5 },
  variantColorResolver,
  colors: { spira, dark },
  white: '#ffffff',
  black: '#0f2327',
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  headings: {
    fontFamily: '"Inter Variable", system-ui, sans-serif',
    fontWeight: '640',
    sizes: { h1: { fontSize: '1.625rem', lineHeight: '1.25' }, h2: { fontSize: '1.25rem', lineHeight: '1.3' } },
  },
  defaultRadius: 'md',
  radius: { sm: '6px', md: '10px', lg: '14px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { size: 'md' }, styles: { root: { minHeight: TOUCH_TARGET } } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { size: TOUCH_TARGET, variant: 'subtle' } }),
    Input: Input.extend({ vars: () => ({ wrapper: { '--input-height': '3rem', '--input-fz': '1.0625rem' } }) }),
    InputWrapper: InputWrapper.extend({
      vars: () => ({
        label: { '--input-label-size': '1rem' },
        error: { '--input-error-size': '0.9375rem' },
        success: {},
        description: { '--input-description-size': '0.875rem' },
      }),
      styles: { label: { marginBottom: 4 }, description: { marginBottom: 6 } },
    }),
    // The label is part of what is touched.
    Checkbox: Checkbox.extend({
      defaultProps: { size: 'md' },
      styles: { body: { alignItems: 'center' }, label: { paddingBlock: 10 } },
    }),
    Radio: Radio.extend({ defaultProps: { size: 'md' } }),
    PasswordInput: PasswordInput.extend({
      defaultProps: { rightSectionWidth: TOUCH_TARGET + 4 },
      vars: () => ({ root: { '--psi-button-size': `${TOUCH_TARGET}px`, '--psi-icon-size': '20px' } }),
    }),
    NavLink: NavLink.extend({ styles: { root: { minHeight: TOUCH_TARGET } } }),
    SegmentedControl: SegmentedControl.extend({
      defaultProps: { size: 'md' },
      styles: { label: { minHeight: 40, display: 'flex', alignItems: 'center', justifyContent: 'center' } },
    }),
    Paper: Paper.extend({ defaultProps: { radius: 'lg' } }),
    Modal: Modal.extend({ defaultProps: { radius: 'lg', centered: true, closeButtonProps: { size: TOUCH_TARGET } } }),
  },
})
