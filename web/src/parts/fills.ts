/** Fills of bars: the colour of the level, and for the strong ones a pattern of their own, so that they are told apart without colour. */

/** Pixels of the pattern's tile; finer ones blur on a screen of high density. */
const TILE_PX = 6;
const PATTERNS: Readonly<Record<string, 'cross' | 'stripe'>> = { CRITICAL: 'cross', WARNING: 'stripe' };

export function fillOf(level: string, colour: (name: string) => string): CanvasPattern | string {
  const own = colour(`level-${level.toLowerCase()}`) || colour('dim');
  const pattern = PATTERNS[level];
  if (pattern === undefined) return own;
  const tile = document.createElement('canvas');
  tile.width = TILE_PX;
  tile.height = TILE_PX;
  const pen = tile.getContext('2d')!;
  pen.fillStyle = own;
  pen.fillRect(0, 0, TILE_PX, TILE_PX);
  pen.strokeStyle = colour('panel');
  pen.lineWidth = 1.4;
  pen.beginPath();
  pen.moveTo(-1, TILE_PX + 1);
  pen.lineTo(TILE_PX + 1, -1);
  if (pattern === 'cross') {
    pen.moveTo(-1, -1);
    pen.lineTo(TILE_PX + 1, TILE_PX + 1);
  }
  pen.stroke();
  return pen.createPattern(tile, 'repeat') ?? own;
}
