from django.contrib import admin

from .models import Movie, Theater, Hall, Schedule, Seat, Reservation, Ticket


class TicketInline(admin.TabularInline):
    model = Ticket
    extra = 1


class ReservationAdmin(admin.ModelAdmin):
    inlines = [TicketInline]


admin.site.register(Movie)
admin.site.register(Theater)
admin.site.register(Hall)
admin.site.register(Schedule)
admin.site.register(Seat)
admin.site.register(Reservation, ReservationAdmin)
