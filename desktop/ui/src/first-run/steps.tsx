/** Who you are, your words, and your node: what comes before the first person and the first payment. */
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { T, t } from '../i18n.tsx';
import { Time, Title, Trouble, useTask } from '../parts.tsx';
import type { Course, Maker } from './maker.ts';
import { WhoYouAre } from './who.tsx';
import { YourWords } from './words.tsx';

/** All steps, one after the other. `whenClosed`: what is said above the reason where there is no way in. */
export function FirstRun({ maker, whenClosed }: { readonly maker: Maker; readonly whenClosed: ComponentChildren }) {
  const { trouble, run } = useTask();
  const course = useSignal<Course | null>(null);
  useEffect(() => {
    void run(async () => {
      course.value = await maker.course();
    });
  }, []);
  if (trouble.value !== null) {
    return (
      <>
        {whenClosed}
        <Trouble text={trouble.value} />
      </>
    );
  }
  return course.value === null ? null : <Step maker={maker} course={course} state={course.value} />;
}

interface StepProps {
  readonly maker: Maker;
  readonly course: Signal<Course | null>;
  readonly state: Course;
}

function Step({ maker, course, state }: StepProps) {
  const isWritten = useSignal(false);
  const { identity } = state;
  if (identity === null) return <WhoYouAre maker={maker} course={course} state={state} />;
  if (identity.words !== null && !isWritten.value) {
    return <YourWords words={identity.words.split(' ')} isWritten={isWritten} />;
  }
  return maker.startsByItself ? <ByItself maker={maker} /> : <YourNode maker={maker} identity={identity} />;
}

function ByItself({ maker }: { readonly maker: Maker }) {
  const { trouble, run } = useTask();
  useEffect(() => {
    void run(() => maker.start());
  }, []);
  return trouble.value === null ? <p role="status">{t('nodeIsStarting')}</p> : <Trouble text={trouble.value} />;
}

/** Starts the node, and goes to its page. */
function YourNode({ maker, identity }: { readonly maker: Maker; readonly identity: NonNullable<Course['identity']> }) {
  const { isBusy, trouble, run } = useTask();
  return (
    <>
      <Title>{t('nodeTitle')}</Title>
      <section class="card">
        <p>
          <AboutNode identity={identity} />
        </p>
        <p class="hint">
          {t('yourPid')} <bdi class="pid">{identity.pid}</bdi>
        </p>
        <button type="button" disabled={isBusy.value} onClick={() => void run(() => maker.start())}>
          {t(isBusy.value ? 'nodeStarting' : 'nodeStart')}
        </button>
        {trouble.value !== null && <Trouble text={trouble.value} />}
      </section>
    </>
  );
}

function AboutNode({ identity: { words, backup } }: { readonly identity: NonNullable<Course['identity']> }) {
  if (words !== null) return t('nodeWhat');
  if (backup === null) return t('nodeBack');
  const { createdAtMs, accounts, contacts } = backup;
  return <T k="nodeBackFile" time={<Time at={createdAtMs} />} accounts={String(accounts)} people={String(contacts)} />;
}
