/** The whole page of the designer: the drawing, and beneath it everything as forms and tables. */
import { useEffect } from 'preact/hooks';
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
  const choose = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    if (file !== undefined) await openText(await file.text());
    input.value = '';
  };
  return (
    <div class="row">
      <p class="field">
        <span>
          {d('savedIn')} <bdi>{path.value}</bdi>
        </span>
        <button type="button" class="quiet" onClick={() => void save()} disabled={design.value.lines.length === 0}>
          {d('save')}
        </button>
        <button type="button" class="quiet" onClick={download} disabled={design.value.lines.length === 0}>
          {d('download')}
        </button>
      </p>
      <p class="field">
        <label for="open">{d('openFile')}</label>
        <input id="open" type="file" accept=".yaml,.yml" onChange={(event) => void choose(event.currentTarget)} />
      </p>
    </div>
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
