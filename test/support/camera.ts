/** A camera that is held before a QR code: a film of one still picture, in the form that Chromium plays as its camera. */
import { writeFile } from 'node:fs/promises';
import { create } from 'qrcode';

const [WIDTH, HEIGHT] = [640, 480];
const [DARK, LIGHT, NO_COLOUR] = [24, 220, 128];
const QUIET_ZONE = 4;

/** Writes the film (YUV4MPEG2). */
export async function filmCode(path: string, text: string): Promise<void> {
  const { modules } = create(text, { errorCorrectionLevel: 'L' });
  const scale = Math.floor(HEIGHT / (modules.size + 2 * QUIET_ZONE));
  const [left, top] = [WIDTH, HEIGHT].map((side) => (side - modules.size * scale) >> 1) as [number, number];
  const luma = Buffer.alloc(WIDTH * HEIGHT, LIGHT);
  for (let y = 0; y < modules.size * scale; y += 1) {
    for (let x = 0; x < modules.size * scale; x += 1) {
      const isDark = modules.get(Math.floor(y / scale), Math.floor(x / scale)) !== 0;
      if (isDark) luma[(top + y) * WIDTH + left + x] = DARK;
    }
  }
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, NO_COLOUR);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, colour]);
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  await writeFile(path, Buffer.concat([head, frame, frame]));
}

/** What a browser is started with, so that this film is its camera. */
export function cameraOf(path: string): readonly string[] {
  return ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${path}`];
}
