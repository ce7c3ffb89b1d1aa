package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/gin-gonic/gin"
)

// NewFloor is the least that a server can do with gin: it sends bodies from
// memory. PUT /name/i puts one there, GET sends it.
func NewFloor() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	var bodies sync.Map // by path
	engine := gin.New()
	engine.PUT("/:row/:i", func(c *gin.Context) {
		body, err := io.ReadAll(c.Request.Body)
		if err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		bodies.Store(c.Request.URL.Path, body)
		c.Status(http.StatusNoContent)
	})
	engine.GET("/:row/:i", func(c *gin.Context) {
		body, ok := bodies.Load(c.Request.URL.Path)
		if !ok {
			c.Status(http.StatusNotFound)
			return
		}
		c.Data(http.StatusOK, "application/fhir+json; charset=utf-8", body.([]byte))
	})
	return engine
}

// FloorOf is the name of the row of a row's floor.
func FloorOf(name string) string { return name + " / floor" }

// floor is the row that asks the floor for the bodies of another row, once they
// are there.
func (r *Row) floor(ctx context.Context, floor Server, number int, bodies [][]byte) (Row, error) {
	row := Row{
		Name: FloorOf(r.Name), Group: r.Group, Clients: r.Clients,
		About: "gin sends " + strconv.Itoa(len(bodies)) + " of these bodies from memory",
	}
	c := newClient(floor, "")
	defer c.close()
	for i, body := range bodies {
		path := "/" + strconv.Itoa(number) + "/" + strconv.Itoa(i)
		put := Request{Method: http.MethodPut, Path: path, Body: body, Status: http.StatusNoContent}
		answer, err := c.do(ctx, &put, false)
		if err == nil {
			err = put.check(answer)
		}
		if err != nil {
			return row, fmt.Errorf("the floor: %w", err)
		}
		row.Requests = append(row.Requests, Request{Method: http.MethodGet, Path: path, Status: http.StatusOK, Length: int64(len(body))})
	}
	return row, nil
}
