/**
 * Natural Earth's countries as TopoJSON: declared, because to infer the type of so large a file takes
 * seconds.
 */
declare module 'world-atlas/countries-50m.json' {
  const topology: import('./map/outline.ts').Topology;
  export default topology;
}
