/** QR codes for a terminal. */
import { styleText } from 'node:util';

/** The QR code of a text, in half blocks; `''` when the text is too long for one. */
export async function qrCode(text: string): Promise<string> {
  const { default: qrcode } = await import('qrcode');
  // Colours make it dark on light on any terminal; without them scanners that read inverted codes still do.
  const colours = styleText('bold', 'x', { stream: process.stdout }) !== 'x';
  try {
    return await qrcode.toString(text, {
      type: colours ? 'terminal' : 'utf8',
      small: true,
      errorCorrectionLevel: 'L',
    });
  } catch {
    return '';
  }
}
