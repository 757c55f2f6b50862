import { Component, type ReactNode } from 'react';
import { Button } from '@mantine/core';
import { messageOf } from '../api/client';
import { Trouble } from './basics';

/** Keeps an error of one page from taking the others with it. */
export class Broken extends Component<{ children: ReactNode }, { problem: string | undefined }> {
  override state: { problem: string | undefined } = { problem: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { problem: messageOf(error) };
  }

  override render() {
    if (this.state.problem === undefined) return this.props.children;
    return (
      <div className="page">
        <Trouble>
          This page has a fault of its own: {this.state.problem} Your transfers and shares are not touched by it.{' '}
          <Button size="compact-sm" variant="default" onClick={() => location.reload()}>
            Load it again
          </Button>
        </Trouble>
      </div>
    );
  }
}
