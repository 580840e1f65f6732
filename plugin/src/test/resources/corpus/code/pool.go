package pool

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrClosed is returned by Submit after Close.
var ErrClosed = errors.New("pool: closed")

type Task func(ctx context.Context) error

type Pool struct {
	mu      sync.Mutex
	tasks   chan Task
	wg      sync.WaitGroup
	closed  bool
	timeout time.Duration
	onError func(error)
}

func New(workers, queue int, timeout time.Duration, onError func(error)) (*Pool, error) {
	if workers < 1 || queue < 0 {
		return nil, fmt.Errorf("pool: workers %d, queue %d: out of range", workers, queue)
	}
	p := &Pool{tasks: make(chan Task, queue), timeout: timeout, onError: onError}
	p.wg.Add(workers)
	for i := 0; i < workers; i++ {
		go p.run(i)
	}
	return p, nil
}

func (p *Pool) run(id int) {
	defer p.wg.Done()
	for task := range p.tasks {
		ctx, cancel := context.WithTimeout(context.Background(), p.timeout)
		if err := task(ctx); err != nil && p.onError != nil {
			p.onError(fmt.Errorf("worker %d: %w", id, err))
		}
		cancel()
	}
}

func (p *Pool) Submit(ctx context.Context, task Task) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	select {
	case p.tasks <- task:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Pool) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.tasks)
	}
	p.mu.Unlock()
	p.wg.Wait()
}
