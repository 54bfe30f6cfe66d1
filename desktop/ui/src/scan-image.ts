/** The text in a picture with a QR code. What reads it is loaded when it is needed. */

/** Larger pictures are made smaller: the code in them stays sharp enough, and reading stays quick. */
const MOST_PIXELS = 1_600;

/** The text in an image file; null: there is no code in it that can be read. */
export async function textInImage(file: Blob): Promise<string | null> {
  const bitmap = await createImageBitmap(file);
  try {
    return await textIn(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/** The text in what a video shows now. */
export async function textInVideo(video: HTMLVideoElement): Promise<string | null> {
  return video.videoWidth === 0 ? null : textIn(video, video.videoWidth, video.videoHeight);
}

async function textIn(source: CanvasImageSource, width: number, height: number): Promise<string | null> {
  const { decodeQR } = await import('qr/decode.js');
  const scale = Math.min(1, MOST_PIXELS / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return null;
  // Transparent pictures of codes are meant on white.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    // It says in this way that there is none.
    return null;
  }
}
