// How sixteen rows of a quantised matrix lie side by side: PanelLayout.swift of WeightFormats.
#ifndef CK_PANELS_H
#define CK_PANELS_H

// Of each layout: its name; bits of a code, and what is taken off it; parts of 32 columns that share d; whole-number scales
// of a part (0, 1, or 2: each sixteen columns); whether there are mins; what d is divided by.
#define CK_PANEL_LAYOUTS(LAYOUT)     \
  LAYOUT(q4_0, 4, 8, 1, 0, 0, 1)     \
  LAYOUT(q5_0, 5, 16, 1, 0, 0, 1)    \
  LAYOUT(q8_0, 8, 128, 1, 0, 0, 1)   \
  LAYOUT(q5_1, 5, 0, 1, 0, 1, 1)     \
  LAYOUT(q2_K, 2, 0, 8, 2, 1, 1)     \
  LAYOUT(q3_K, 3, 4, 8, 2, 0, 1)     \
  LAYOUT(q4_K, 4, 0, 8, 1, 1, 1)     \
  LAYOUT(q5_K, 5, 0, 8, 1, 1, 1)     \
  LAYOUT(q6_K, 6, 32, 8, 2, 0, 1)    \
  LAYOUT(iq1_s, 5, 16, 8, 2, 0, 8)   \
  LAYOUT(iq2_xs, 8, 128, 8, 2, 0, 8) \
  LAYOUT(bytes, 8, 128, 8, 2, 1, 1)

#define CK_PANEL_NUMBER(name, ...) CK_PANEL_##name,
enum { CK_PANEL_LAYOUTS(CK_PANEL_NUMBER) CK_PANEL_COUNT };
#undef CK_PANEL_NUMBER

typedef struct {
  int bits, offset, parts, scales, mins, divisor;
} ck_layout;

CK_SCALAR ck_layout ck_layout_of(int layout) {
  switch (layout) {
#define CK_PANEL_CASE(name, ...) \
  case CK_PANEL_##name: return (ck_layout){__VA_ARGS__};
    CK_PANEL_LAYOUTS(CK_PANEL_CASE)
#undef CK_PANEL_CASE
    default: return (ck_layout){8, 0, 1, 0, 0, 1};
  }
}

// Bytes of a part's scales and mins.
CK_SCALAR long ck_layout_part_scales(ck_layout layout) { return 16 * layout.scales * (1 + layout.mins); }
// Where in a block the first part's scales begin, and its codes.
CK_SCALAR long ck_layout_scales(ck_layout layout) { return 32 * (1 + layout.mins); }
CK_SCALAR long ck_layout_codes(ck_layout layout) {
  return ck_layout_scales(layout) + layout.parts * ck_layout_part_scales(layout);
}
// Bytes of a block.
CK_SCALAR long ck_layout_bytes(ck_layout layout) {
  return ck_layout_codes(layout) + layout.parts * 64 * layout.bits;
}

#endif
