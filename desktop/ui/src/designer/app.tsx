/** The whole page of the designer: the drawing, and beneath it everything as forms and tables. */
import { useEffect } from 'preact/hooks';
import { FileButton } from '../file-button.tsx';
import { LanguageChoice } from '../language-choice.tsx';
import { Title } from '../parts.tsx';
import { Canvas } from './canvas.tsx';
import { DrawPart } from './draw.tsx';
import { RunPart } from './run-part.tsx';
import { begin, design, done, download, openText, path, phase, run, save, stop, trouble } from './state.ts';
import { d } from './words.ts';

export function DesignerApp() {
  useEffect(() => {
    document.title = d('pageTitle');
  });
  return (
    <>
      <header>
        <span class="brand">GEO</span>
      </header>
      <main class="wide" id="content">
        <Title>{d('designer')}</Title>
        {phase.value === 'closed' && <p role="alert">{d('closed')}</p>}
        {phase.value === 'opening' && <Said />}
        {phase.value === 'open' && <Open />}
      </main>
      <footer>
        <LanguageChoice />
      </footer>
    </>
  );
}

function Open() {
  const running = run.value;
  return (
    <>
      <p>{d(running === null ? 'aboutDrawing' : 'aboutRunning')}</p>
      <FileRow />
      <p class="actions">
        {running === null ? (
          <button type="button" onClick={begin} disabled={design.value.lines.length === 0}>
            {d('run')}
          </button>
        ) : (
          <button type="button" class="quiet" onClick={stop}>
            {d('backToDrawing')}
          </button>
        )}
      </p>
      <Said />
      <Canvas />
      {running === null ? <DrawPart /> : <RunPart run={running} />}
    </>
  );
}

function FileRow() {
  const open = async (file: File): Promise<void> => openText(await file.text());
  return (
    <>
      <p>
        {d('savedIn')} <bdi>{path.value}</bdi>
      </p>
      <p class="actions">
        <button type="button" class="quiet" onClick={() => void save()} disabled={design.value.lines.length === 0}>
          {d('save')}
        </button>
        <button type="button" class="quiet" onClick={download} disabled={design.value.lines.length === 0}>
          {d('download')}
        </button>
        <FileButton label={d('openFile')} accept=".yaml,.yml" onFile={(file) => void open(file)} />
      </p>
    </>
  );
}

/** What was done, and what was not and why. */
function Said() {
  const why = trouble.value;
  return (
    <div class="said">
      <p role="status">{done.value !== null && d(done.value)}</p>
      <div role="alert">
        {why !== null && (
          <div class="trouble">
            <strong>{d('failed')}</strong>
            {typeof why === 'string' ? (
              <p>{d(why === 'amount' ? 'bad-amount' : why)}</p>
            ) : (
              <p class="lines" lang="en" dir="auto">
                {why.words}
              </p>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
