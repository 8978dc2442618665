/** Names with something in them that is not seen. */
export const INVISIBLE_NAMES = [
  'Support ',
  ' Support',
  'Support\u00a0',
  'Sup\u200bport',
  'Sup\u200dport',
  'Sup\u202eport',
  'Sup\u2066port',
  'Support\u00ad',
  'Support\ufe0f',
  '\ufeffSupport',
  'Sup\u001b[31mport',
  'Sup\u0085port',
  'a\nb',
  'a\u2028b',
  '\u3164',
  '\u2800',
  'a\u00a0b',
  'a  b',
  'a\tb',
  'a\u2003b',
  'a\u3000b',
] as const;

/** Emoji, some of which are joined out of several, and text in which spaces are inside. */
export const VISIBLE_NAMES = ['🗝️ Keys', '👨‍👩‍👧', 'Ключи и роли', '鍵 管理'] as const;
