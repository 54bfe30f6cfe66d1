/** Reads a picture to scan: from a file, or from the camera while it is held before it. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { FileButton } from './file-button.tsx';
import { t } from './i18n.tsx';
import type { Key } from './messages/catalogue.ts';
import { textInImage, textInVideo } from './scan-image.ts';

/** How often a picture of the camera is looked at: often enough, and the page stays at ease. */
const LOOK_MS = 250;

/** Both ways, small, beside a field that the text may be typed into as well. */
export function Scan({ onText }: { readonly onText: (text: string) => void }) {
  const isFilming = useSignal(false);
  const trouble = useSignal<Key | null>(null);
  const found = (text: string): void => {
    trouble.value = null;
    isFilming.value = false;
    onText(text);
  };
  const readFile = async (file: File): Promise<void> => {
    const text = await textInImage(file).catch(() => null);
    if (text === null) trouble.value = 'noPictureFound';
    else found(text);
  };
  return (
    <div class="scan no-print">
      <p class="actions">
        <FileButton label={t('scanFile')} accept="image/*" onFile={(file) => void readFile(file)} />
        <button
          type="button"
          class="quiet"
          aria-pressed={isFilming.value}
          onClick={() => {
            trouble.value = null;
            isFilming.value = !isFilming.value;
          }}
        >
          {t(isFilming.value ? 'scanStop' : 'scanCamera')}
        </button>
      </p>
      {isFilming.value && (
        <Camera
          onText={found}
          onTrouble={() => {
            isFilming.value = false;
            trouble.value = 'noCamera';
          }}
        />
      )}
      <p role="alert" class="scan-trouble">
        {trouble.value !== null && t(trouble.value)}
      </p>
    </div>
  );
}

interface CameraProps {
  readonly onText: (text: string) => void;
  readonly onTrouble: () => void;
}

/** What the camera sees, until there is a text in it or it is closed. Nothing of it leaves the page. */
function Camera({ onText, onTrouble }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    let isOver = false;
    let stream: MediaStream | null = null;
    const look = async (): Promise<void> => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (isOver || video.current === null) return stopAll(stream);
      video.current.srcObject = stream;
      await video.current.play();
      while (!isOver && video.current !== null) {
        const text = await textInVideo(video.current);
        if (isOver) return;
        if (text !== null) return onText(text);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    };
    look().catch(() => {
      if (!isOver) onTrouble();
    });
    return () => {
      isOver = true;
      if (stream !== null) stopAll(stream);
    };
  }, []);
  return <video ref={video} class="camera" muted playsInline aria-label={t('cameraView')} />;
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
