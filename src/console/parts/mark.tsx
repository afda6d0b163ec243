/** Farad's mark: a capacitor. */
export function Mark({ size = 18 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path
        d="M1.5 8h4M10.5 8h4M6 3v10M10 3v10"
        fill="none"
        stroke="var(--accent)"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}
