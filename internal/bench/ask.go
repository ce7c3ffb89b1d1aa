package bench

import "context"

// Ask makes one request on a connection of its own, and is an error if it is not
// answered as it should be.
func Ask(ctx context.Context, server Server, token string, request Request) error {
	c := newClient(server, token)
	defer c.close()
	answer, err := c.do(ctx, &request, false)
	if err != nil {
		return err
	}
	return request.check(answer)
}
