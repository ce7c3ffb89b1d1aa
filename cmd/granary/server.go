package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// drainTime is how long requests in flight may take once the server is told to
// stop.
const drainTime = 20 * time.Second

// serve answers requests until ctx is done, and then until those in flight are
// answered. The error is nil if all of them were.
func serve(ctx context.Context, listener net.Listener, certificates []tls.Certificate, handler http.Handler, logger *slog.Logger) error {
	server := newServer(handler, logger, standardLimits())
	if certificates != nil {
		server.TLSConfig = &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12}
	}
	failed := make(chan error, 1)
	go func() { failed <- listen(server, listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	logger.Info("stopping: answering the requests in flight")
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(deadline); err != nil {
		return errors.Join(fmt.Errorf("requests took longer than %v to finish and were cut off", drainTime), server.Close())
	}
	logger.Info("stopped")
	return nil
}

// unheard says that nothing can listen on the address of a flag, and what may be done.
func unheard(flag string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s: %w: another program has it, maybe a granary that runs already; stop that, or choose another port", flag, err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s: %w: ports below 1024 may be for the superuser alone; choose another one", flag, err)
	}
	return fmt.Errorf("%s: %w", flag, err)
}

// limits keep slow or greedy clients from holding the server's connections and
// memory.
type limits struct {
	header time.Duration // for the request line and the headers
	read   time.Duration // for the whole request
	write  time.Duration // for the whole response
	idle   time.Duration // between two requests
	bytes  int           // of the request line and the headers
}

func standardLimits() limits {
	return limits{header: 10 * time.Second, read: 2 * time.Minute, write: 5 * time.Minute, idle: 2 * time.Minute, bytes: 64 << 10}
}

func newServer(handler http.Handler, logger *slog.Logger, l limits) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: l.header,
		ReadTimeout:       l.read,
		WriteTimeout:      l.write,
		IdleTimeout:       l.idle,
		MaxHeaderBytes:    l.bytes,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}

// listen is Serve or ServeTLS; that the server was told to stop is no error.
func listen(server *http.Server, listener net.Listener) error {
	var err error
	if server.TLSConfig != nil {
		err = server.ServeTLS(listener, "", "")
	} else {
		err = server.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
