import { HASH_BYTES, hashNode, type Hash } from './hash.js';
import type { NodePlace } from './nodes.js';

/** How many hashes a full tile has. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const HIGHEST_LEVEL = 63;

/**
 * A tile of the tree, as C2SP tlog-tiles has it: nodes of the tree's level `8 · level`, from number `256 · index` on. Level -1,
 * `entries` in paths, is that of the entries themselves.
 */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
}

export interface Tile extends TilePlace {
  /** How many of its nodes there are: 256 of a full one. */
  readonly width: number;
}

/** The level of tiles that hold entries. */
export const ENTRIES = -1;

/** The tile that a node is in, or is computed from. */
export function tileOf({ level, index }: NodePlace): TilePlace {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  return { level: tileLevel, index: Math.floor((index * 2 ** (level % TILE_HEIGHT)) / TILE_WIDTH) };
}

/** How wide the tile is in a tree with so many leaves; 0 if it is not there yet. */
export function widthOf({ level, index }: TilePlace, size: number): number {
  const nodes = Math.floor(size / TILE_WIDTH ** Math.max(level, 0));
  return Math.max(0, Math.min(TILE_WIDTH, nodes - index * TILE_WIDTH));
}

/**
 * The hash of a node, from its tile.
 *
 * @param tile the hashes in it, one behind the other
 * @throws {RangeError} if the node is not in it, or not complete there.
 */
export function nodeIn(tile: Uint8Array, { level, index }: NodePlace): Hash {
  const below = 2 ** (level % TILE_HEIGHT);
  const first = (index * below) % TILE_WIDTH;
  if ((first + below) * HASH_BYTES > tile.length) throw new RangeError(`Node ${index} of level ${level} is not there.`);
  return rootIn(Buffer.from(tile.buffer, tile.byteOffset, tile.byteLength), first, below);
}

/** `<L>/<N>[.p/<W>]`, or `entries/<N>[.p/<W>]`. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const parts = padded.match(/\d{3}/g) ?? [];
  const number = parts.map((part, at) => (at < parts.length - 1 ? `x${part}` : part)).join('/');
  return `${level === ENTRIES ? 'entries' : level}/${number}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** @returns undefined unless the path is written in the one way that the format allows. */
export function parseTilePath(path: string): Tile | undefined {
  const match = /^(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (!match) return undefined;
  const [, level = '', number = '', width] = match;
  const tile = {
    level: level === 'entries' ? ENTRIES : Number(level),
    index: Number(number.replaceAll(/\D/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  if (tile.level > HIGHEST_LEVEL || !Number.isSafeInteger(tile.index)) return undefined;
  return tilePath(tile) === path && tile.width > 0 ? tile : undefined;
}

function rootIn(tile: Buffer, first: number, width: number): Hash {
  if (width === 1) return tile.subarray(first * HASH_BYTES, (first + 1) * HASH_BYTES);
  const half = width / 2;
  return hashNode(rootIn(tile, first, half), rootIn(tile, first + half, half));
}
