/** A car park of the demo, with the bays of some charge points in it. */
interface CarPark {
  readonly address: string;
  /** Degrees (WGS 84). */
  readonly latitude: number;
  readonly longitude: number;
}

const CAR_PARKS: readonly CarPark[] = [
  { address: 'Harbour, Hamburg', latitude: 53.5413, longitude: 9.9841 },
  { address: 'Main station, Berlin', latitude: 52.5251, longitude: 13.3694 },
  { address: 'Trade fair, Munich', latitude: 48.135, longitude: 11.6983 },
  { address: 'Prater, Vienna', latitude: 48.2163, longitude: 16.3959 },
  { address: 'Zuidas, Amsterdam', latitude: 52.3389, longitude: 4.8728 },
  { address: 'Vesterbro, Copenhagen', latitude: 55.6682, longitude: 12.5447 },
  { address: 'Bislett, Oslo', latitude: 59.9262, longitude: 10.732 },
  { address: 'La Villette, Paris', latitude: 48.8938, longitude: 2.39 },
  { address: 'Stratford, London', latitude: 51.5416, longitude: -0.0034 },
  { address: 'Sants, Barcelona', latitude: 41.3793, longitude: 2.1404 },
];

/** How far apart two bays of a car park are, degrees: some ten metres. */
const BAY_APART = 0.0001;

/** Where a charge point of the demo stands, as the API takes it: its bay is its number. */
export function demoPlace(index: number) {
  const { address, latitude, longitude } = CAR_PARKS[index % CAR_PARKS.length] as CarPark;
  const row = Math.floor(index / CAR_PARKS.length);
  return {
    bay: String(index + 1),
    address,
    coordinates: {
      latitude: round(latitude + row * BAY_APART),
      longitude: round(longitude + row * BAY_APART),
    },
  };
}

function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
