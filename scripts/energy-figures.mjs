/** Draws the pictures of docs/energy.md: what a charge point told, and what the account makes of it. */
import { accountOf } from '../dist/energy/account.js';

const at = (time) => Date.parse(`2026-11-29T${time}:00Z`);
const reading = (time, wh, context = 'Sample.Periodic') => ({
  at: at(time),
  measurand: 'register',
  wh,
  coarse: false,
  context,
  phase: '',
  location: 'Outlet',
  transactionId: 1,
});
const begin = (time, wh) => reading(time, wh, 'Transaction.Begin');

/** Times of the hour from 08:00 on; start and stop are at its ends. */
const stories = {
  'begin-value': {
    title: 'A begin value that is repeated in each message',
    start: 1000,
    readings: [
      reading('08:15', 2000),
      begin('08:15', 1000),
      reading('08:30', 3000),
      begin('08:30', 1000),
      reading('08:45', 3600),
      begin('08:45', 1000),
    ],
    stop: 4000,
  },
  'session-register': {
    title: 'Readings count from the begin of the session, start and stop do not',
    start: 4_076_000,
    readings: [reading('08:15', 104), reading('08:30', 228), reading('08:45', 353)],
    stop: 4_076_400,
  },
  'wild-reading': {
    title: 'One reading is ten times too high',
    start: 35_548_000,
    readings: [reading('08:15', 35_548_800), reading('08:30', 355_499_200), reading('08:45', 35_550_300)],
    stop: 35_552_000,
  },
  return: {
    title: 'The register falls and returns; there is no meterStop',
    start: 500_000,
    readings: [
      reading('08:10', 501_000),
      reading('08:20', 0),
      reading('08:30', 0),
      reading('08:40', 502_200),
      reading('08:50', 503_000),
    ],
    stop: null,
  },
  exchange: {
    title: 'The meter is exchanged',
    start: 48_000,
    readings: [49_000, 50_000, 0, 1500, 2900].map((wh, index) => reading(`08:${index + 1}0`, wh)),
    stop: 3000,
  },
  'missing-start': {
    title: 'meterStart is 0, the readings are of the life of the meter',
    start: 0,
    readings: [reading('08:01', 900_000), reading('08:20', 901_500), reading('08:40', 902_200)],
    stop: 903_000,
  },
};

/** File name and text of each picture. */
export function energyFigures() {
  return Object.entries(stories).map(([name, story]) => [`${name}.svg`, draw(story)]);
}

const [WIDTH, LEFT, RIGHT] = [640, 96, 20];
const TOLD = { top: 40, height: 130 };
const FLOWN = { top: 214, height: 70 };
const GREY = '#808080';
const BLUE = '#3b82f6';
const ORANGE = '#e07b00';

function draw({ title, start, readings, stop }) {
  const [from, to] = [at('08:00'), at('09:00')];
  const transaction = {
    transactionId: 1,
    startedAt: from,
    meterStart: start,
    stoppedAt: to,
    meterStop: stop,
    state: 'stopped',
    stopReason: 'Local',
    flags: [],
  };
  const { transactions, pieces, leftOut } = accountOf(readings, [transaction]);
  const { energyWh, energySource, flags } = transactions.get(1);
  const x = (time) => LEFT + ((WIDTH - LEFT - RIGHT) * (time - from)) / (to - from);
  const ends = [
    [from, start, 'meterStart'],
    [to, stop, 'meterStop'],
  ].filter(([, wh]) => wh !== null);
  const { y, parts } = scale([...readings.map(({ wh }) => wh), ...ends.map(([, wh]) => wh)], energyWh);
  const lines = [];
  for (const { low, high } of parts) {
    for (const wh of new Set([low, high]))
      lines.push(label(LEFT - 8, y(wh) + 4, wh.toLocaleString('en'), 'end'));
  }
  for (const { edge } of parts.slice(1)) {
    lines.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${edge}" y2="${edge}" stroke="${GREY}" stroke-dasharray="2 5"/>`,
    );
  }
  for (const { at: time, wh, context } of readings) {
    const isOut = leftOut.some((left) => left.at === time && left.wh === wh);
    lines.push(
      context === 'Transaction.Begin'
        ? ring(x(time), y(wh))
        : isOut
          ? cross(x(time), y(wh))
          : dot(x(time), y(wh)),
    );
  }
  for (const [time, wh, name] of ends) {
    lines.push(
      square(x(time), y(wh)),
      label(x(time), TOLD.top + TOLD.height + 18, name, time === from ? 'start' : 'end'),
    );
  }
  const said = `${energyWh.toLocaleString('en')} Wh by ${energySource}${flags.length > 0 ? `: ${flags.join(', ')}` : ''}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="300" viewBox="0 0 ${WIDTH} 300" role="img" font-family="sans-serif" font-size="12">
<title>${title}: ${said}</title>
${label(LEFT, 18, title, 'start', ' font-size="14" font-weight="bold"')}
${frame(TOLD)}
${lines.join('\n')}
${frame(FLOWN)}
${label(LEFT - 8, FLOWN.top + 28, energyWh.toLocaleString('en'), 'end')}
${label(LEFT - 8, FLOWN.top + FLOWN.height, '0', 'end')}
<polyline points="${flown(pieces, x, energyWh)}" fill="none" stroke="${BLUE}" stroke-width="2.5"/>
${label(LEFT + 8, FLOWN.top + 14, said, 'start')}
</svg>
`;
}

/** Values far from each other lie in bands of their own, each as high as the others. */
function scale(values, energyWh) {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const parts = [];
  for (const wh of sorted) {
    const last = parts.at(-1);
    if (last && wh - last.high <= 3 * energyWh) last.high = wh;
    else parts.push({ low: wh, high: wh });
  }
  const height = TOLD.height / parts.length;
  for (const [index, part] of parts.entries()) part.edge = TOLD.top + TOLD.height - index * height;
  const y = (wh) => {
    const { low, high, edge } = parts.find((part) => wh <= part.high) ?? parts.at(-1);
    const share = high === low ? 0.5 : (wh - low) / (high - low);
    return round(edge - 12 - share * (height - 24));
  };
  return { y, parts };
}

function flown(pieces, x, energyWh) {
  const y = (wh) => round(FLOWN.top + FLOWN.height - (wh / energyWh) * (FLOWN.height - 24));
  let sum = 0;
  const points = [`${x(at('08:00'))},${y(0)}`];
  for (const { since, until, wh } of pieces) {
    points.push(`${round(x(since))},${y(sum)}`);
    sum += wh;
    points.push(`${round(x(until))},${y(sum)}`);
  }
  return [...points, `${x(at('09:00'))},${y(sum)}`].join(' ');
}

const round = (value) => Math.round(value * 10) / 10;
const dot = (x, y) => `<circle cx="${round(x)}" cy="${y}" r="4.5" fill="${BLUE}"/>`;
const ring = (x, y) =>
  `<circle cx="${round(x)}" cy="${y}" r="4" fill="none" stroke="${GREY}" stroke-width="2"/>`;
const square = (x, y) => `<rect x="${round(x - 5)}" y="${y - 5}" width="10" height="10" fill="${GREY}"/>`;
const cross = (x, y) =>
  `<path d="M${round(x - 5)} ${y - 5}l10 10m0 -10l-10 10" stroke="${ORANGE}" stroke-width="2.5" fill="none"/>`;
const label = (x, y, text, anchor, more = '') =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${GREY}"${more}>${text}</text>`;
const frame = ({ top, height }) =>
  `<path d="M${LEFT} ${top}v${height}H${WIDTH - RIGHT}" fill="none" stroke="${GREY}" stroke-opacity="0.5"/>`;
