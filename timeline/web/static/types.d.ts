// What the scripts hand to each other. Read by the type checker alone; never sent to a browser.

/** A stretch of time; instants are days, as in calendar.js. */
interface Span {
  start: number;
  end: number;
}

/** A happening as the server gives it; days as in calendar.js. */
interface Item {
  id: string;
  title: string;
  lanes: number[];
  kind?: string;
  edtf: string;
  /** The date in words, where it is not a year, a month or a day alone. */
  words?: string;
  /** through: lasted; within: at some time between; all: a list of dates; point: a day; time: a minute or a second. */
  how: "through" | "within" | "all" | "point" | "time";
  /** The first day and the last; with a time, the instant at which it begins, and a day before it has ended. */
  a?: number;
  b?: number;
  /** Begun by this day; not ended before that one. */
  c?: number;
  d?: number;
  start?: "open" | "unknown";
  end?: "open" | "unknown";
  /** How long the known side is, of a date with a time whose other side is not known. */
  u?: number;
  about?: 1;
  perhaps?: 1;
  weight?: number;
  marks?: string[];
}

/** A count: lane, first day, last day, how many. */
type Cluster = [number, number, number, number];

/** What a window holds. */
interface View {
  window: [number, number] | null;
  first: number;
  last: number;
  count: number;
  /** How many may have happened in the window, as the filters have it; null where that is too much to count. */
  may: number | null;
  /** Where what does not match begins and ends. */
  others: [number, number][];
  lanes: { value: string | null; label: string }[];
  items: Item[];
  clusters: Cluster[];
  exact: boolean;
  /** For how wide a drawing it was fetched, in pixels. */
  width?: number;
}

/** How many happenings fall where, over the whole span. */
interface Overview {
  first: number | null;
  last: number | null;
  bars: [number, number, number][];
  /** The same of all that a filter leaves out too. */
  others?: [number, number, number][];
  /** The parts of a broken axis: start, end, left, right. */
  parts?: [number, number, number, number][];
  /** The period that is asked for, if one is: from when, and until when. */
  period?: [number | null, number | null] | null;
  /** What is shown at first, where that is not all. */
  opening?: [number, number] | null;
  /** The kinds that have a colour; of those, the ones that no match has, and "" where each match has one. */
  kinds?: string[];
  absent?: string[];
  /** The first and the last day of what matches. */
  range?: [number, number] | null;
  /** How many match, where that is known. */
  total?: number | null;
  /** Whether some may have happened on other days than those at which they are drawn. */
  vague?: boolean;
  exact: boolean;
  /** How many have a date without any day. */
  unplaced?: number;
}

/** A way to write a label: inside a bar, right or left of a mark, or not at all; and what that takes of the width. */
interface Option {
  side: "inside" | "right" | "left" | "none";
  lines: number;
  /** How wide the label is; and how wide it is where no edge is near. */
  label: number;
  full: number;
  /** Whether an edge leaves hardly any of it. */
  isStub: boolean;
  /** How much nearer it is to its mark than others, where the edge is in between. */
  pull: number;
  left: number;
  right: number;
}

/** A happening in its place; distances in pixels from the beginning of the line. */
interface Box extends Option {
  item: Item;
  lane: number;
  row: number;
  top: number;
  from: number;
  to: number;
  point: boolean;
  /** Give the options in one of the ways to write labels, for which there is room in the width. */
  ways(way: number, was: Place | undefined): Option[];
  options: Option[];
  bare: Option;
}

/** The row that a happening has, and where and how its label is; cut: an edge left no room for one. */
interface Place {
  row: number;
  side: string;
  lines: number;
  full: number;
  cut: boolean;
  lane: number;
  /** Whether it is out of view. */
  away: boolean;
}

interface Memory {
  places: Map<string, Place>;
  rows: number[];
  chips: boolean[];
  /** In which way the labels of each lane are written. */
  ways: number[];
}

/** What has a place along the axis, in pixels. */
interface Placeable {
  item: Item;
  from: number;
}

/** A counted column: where it is, and within that from where to where its days are. */
interface Chip {
  from: number;
  to: number;
  lane: number;
  at: number;
  width: number;
  count: number;
  start: number;
  end: number;
}

interface Tick {
  at: number;
  label: string;
  major: boolean;
}

/** What is drawn by an element that nothing leads to: its class, its style and its words. */
interface Mark {
  name: string;
  style: string;
  text?: string;
  title?: string;
}

/** Where the drawing has its happenings from. */
interface Source {
  view(window: Span, width: number, parts: string): Promise<View>;
  /** What begins in a window, in the order of time; `after` is where the rest begins. */
  list(window: Span, after: string): Promise<{ items: Item[]; after: string | null }>;
  /** Read a date that was typed. */
  period(text: string): Promise<{ window?: [number, number] | null; problem?: string }>;
  /** Whether each lane is of a kind. */
  byKind?(): boolean;
  /** The kinds that are switched off. */
  off?(kinds: string[]): string[];
  /** The address of a happening's own page. */
  address(item: Item): string;
}

/** What the drawing tells others. */
interface Heard {
  /** null: all of it. `step`: one that can be gone back from. */
  moved(window: Span | null, step: boolean): void;
  /** The axis is drawn to one scale, or is broken again. */
  scaled?(isTrue: boolean): void;
  /** The reader wants to be where the open happening is told of. */
  entered(item: Item): void;
  /** The reader goes on: to that item, or else to the next in time. */
  next(step: 1 | -1, item?: Item): void;
  closed(): void;
  /** The list is to show what stands in a window. */
  listed(window: Span): void;
}

/** A hash of a proof: which events it covers, from 1, and on which side it stands. */
interface Step {
  first: bigint;
  last: bigint;
  side: "left" | "right";
}

/** The size of a log and the root of its tree. */
interface Checkpoint {
  origin: string;
  size: bigint;
  root: Uint8Array;
}

interface Signature {
  name: string;
  id: Uint8Array;
  signature: Uint8Array;
}

/** A checkpoint as it is signed: the text, what it says, and who signed. */
interface Note {
  text: string;
  checkpoint: Checkpoint;
  signatures: Signature[];
}

/** A public key: type 1 signs the text, type 4 signs it with the time. */
interface Key {
  name: string;
  id: Uint8Array;
  type: number;
  bytes: Uint8Array;
}

/** What the log's tree is made of. */
interface Leaf {
  data_hash: string;
  position: number;
  recorded_at: string;
  recorded_by: string;
  stream: string;
  type: string;
  version: number;
}

/** An event's proof, as its file holds it. */
interface Proof {
  size: number;
  index: bigint;
  hashes: Uint8Array[];
  note: Note;
  leaf: string;
  event: Leaf;
  data: string | null;
  salt: Uint8Array | null;
}

/** The proof that a log only added to what it was. */
interface Addition {
  old: bigint;
  hashes: Uint8Array[];
  note: Note;
}

/** One step of a check, as it is told. `holds` null: it could not be, or need not be, checked. */
interface Told {
  says: string;
  holds: boolean | null;
  /** A part of the step before. */
  within?: boolean;
}

/** What a page shows of an event: its words, or null where they were redacted. */
interface Shown {
  position: bigint;
  facts: Record<string, string>;
  data: string | null;
  checkpoint: Checkpoint;
}
