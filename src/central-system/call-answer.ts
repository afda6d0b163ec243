/** How a charge point answered a CALL of ours. */
export type CallAnswer =
  | { readonly kind: 'result'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly code: string };
