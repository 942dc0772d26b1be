import { pieces } from "/console/static/marking.js";

// A table of texts, badges and bars. All content is text: nothing in it is read as HTML.
export default {
  props: { columns: Array, rows: Array, name: String, chosen: String, choosable: Boolean, clock: Number },
  emits: ["choose"],
  template: `
    <table class="vb-table" :aria-label="name">
      <colgroup><col v-for="column in columns" :style="{ width: column.width || 'auto' }"></colgroup>
      <thead>
        <tr><th v-for="column in columns" scope="col" :class="{ 'vb-number': column.align === 'right' }">
          {{ column.label }}
        </th></tr>
      </thead>
      <tbody>
        <tr v-for="row in rows" :key="row.id"
            :class="{ 'vb-linked': row.href || choosable, 'vb-chosen': row.id && row.id === chosen }"
            :tabindex="!row.href && choosable ? 0 : undefined"
            @click="open(row, $event)" @keydown.enter="open(row, $event)">
          <td v-for="(cell, place) in row.cells" :class="{ 'vb-number': columns[place].align === 'right' }"
              :title="cell.text.length > 24 ? cell.text.slice(0, 500) : undefined">
            <div v-if="cell.share !== null" class="vb-row">
              <div class="vb-bar vb-grow"><div :style="{ width: 100 * cell.share + '%' }"></div></div>
              <span class="vb-figures">{{ cell.text }}</span>
            </div>
            <time v-else-if="cell.since !== null" class="vb-figures">{{ passed(cell.since) }}</time>
            <span v-else-if="cell.tone !== null && cell.text"
                  :class="['vb-badge', cell.tone ? 'vb-tone-' + cell.tone : '']">{{ cell.text }}</span>
            <a v-else-if="place === 0 && row.href" :href="row.href" class="vb-clip" style="display: block">
              <bdi><template v-for="part in pieces(cell.text, cell.marked)">
                <mark v-if="part.marked">{{ part.text }}</mark><template v-else>{{ part.text }}</template>
              </template></bdi>
            </a>
            <div v-else class="vb-clip"><bdi>{{ cell.text }}</bdi></div>
            <div v-if="cell.second" class="vb-table-second vb-clip"><bdi>
              <template v-for="part in pieces(cell.second, cell.marked)">
                <mark v-if="part.marked">{{ part.text }}</mark><template v-else>{{ part.text }}</template>
              </template>
            </bdi></div>
          </td>
        </tr>
      </tbody>
    </table>`,
  data() {
    return { now: Date.now() / 1000, ahead: 0 };
  },
  watch: {
    clock: {
      immediate: true,
      handler(clock) {
        this.now = Date.now() / 1000;
        this.ahead = this.now - clock; // how far this machine's clock is before the server's
      },
    },
  },
  mounted() {
    this.timer = setInterval(() => (this.now = Date.now() / 1000), 1000);
  },
  unmounted() {
    clearInterval(this.timer);
  },
  methods: {
    pieces,
    passed(since) {
      const seconds = Math.max(0, Math.round(this.now - this.ahead - since));
      return Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
    },
    open(row, event) {
      if (event.target.closest("a")) return;
      if (row.href) window.location.href = row.href;
      else if (this.choosable) this.$emit("choose", row.id);
    },
  },
};
